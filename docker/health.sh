# Exit code 0 when this server is ready, by the management port. Bash alone, since the official image has no curl.
# A server whose management port speaks TLS needs another check (see README.md in docker/).
exec 3<>"/dev/tcp/127.0.0.1/${KC_HTTP_MANAGEMENT_PORT:-9000}" || exit 1
printf 'GET %s/health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' "${KC_HTTP_MANAGEMENT_RELATIVE_PATH%/}" >&3
read -r -t 3 status <&3 || exit 1
[[ $status == *' 200 '* ]]
