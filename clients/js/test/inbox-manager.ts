/** In place of the API's own client, which takes an account token and is another package. */
export class InboxManagerClient {
  readonly baseUrl: string;
  readonly bearerToken: string;

  constructor({ baseUrl, bearerToken }: { baseUrl: string; bearerToken: string }) {
    this.baseUrl = baseUrl;
    this.bearerToken = bearerToken;
  }
}
