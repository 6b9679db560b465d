-- Ledger rows as the mint writes them. No row has expired, so that a purge takes none away.
begin;
set local synchronous_commit = off;

insert into mint_ledger (jti, realm_id, user_id, email, caller, reason, issued_at, expires_at)
select 'trrtme:' || md5(realm || ':ledger:' || i)::uuid, realm, md5(realm || ':' || person)::uuid,
       'user' || person || '@bench.example', 'bench-load', null, issued_at, issued_at + 2592000
from (select r.id as realm, i, 1 + floor(random() * greatest(:users, 1))::int as person,
             extract(epoch from now())::bigint - floor(random() * 2505600)::bigint as issued_at
      from realm r, generate_series(1, :count) i where r.name = :'realm') as drawn
on conflict (jti) do nothing;
commit;

vacuum (analyze) mint_ledger;
