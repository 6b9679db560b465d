-- What an identity provider calls users that users.sql has made.
begin;
set local synchronous_commit = off;

insert into federated_identity (identity_provider, realm_id, federated_user_id, federated_username, user_id)
select :'provider', r.id, 'user-' || i, 'user-' || i, md5(r.id || ':' || i)::uuid::text
from realm r, generate_series(1, :count) i where r.name = :'realm'
on conflict do nothing;
commit;

vacuum (analyze) federated_identity;
