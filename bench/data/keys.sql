-- API keys as the bundle stores them: of the secret only its hash. Ids and secrets follow from the seed, the realm and the
-- number, so that a second run finds the first one's, and lib/keys.py knows them as well. The seed is in no command line.
\set seed `printf %s "$BENCH_KEY_SEED"`
begin;
set local synchronous_commit = off;

create temporary table bulk on commit drop as
select r.id as realm, c.id as client, i, md5(r.id || ':' || ((i - 1) % :owners + 1))::uuid::text as owner,
       left(encode(sha256(convert_to(:'seed' || ':' || r.name || ':id:' || i, 'UTF8')), 'hex'), 16) as id,
       left(encode(sha256(convert_to(:'seed' || ':' || r.name || ':secret:' || i, 'UTF8')), 'hex'), 43) as secret
from realm r join client c on c.realm_id = r.id and c.client_id = :'client', generate_series(1, :count) i
where r.name = :'realm';

-- what a key may do is what its owner may do now
insert into user_role_mapping (role_id, user_id)
select k.id, o.owner
from (select distinct realm, owner from bulk) o
join client c on c.realm_id = o.realm
join client_attributes a on a.client_id = c.id and a.name = 'mint.permissions' and a.value = 'true'
join keycloak_role k on k.client = c.id and k.name = :'permission'
on conflict do nothing;

insert into mint_api_key (id, realm_id, name, of_account, user_id, client_id, created_by, secret_hash, permissions, created_at)
select id, realm, 'Key ' || i, false, owner, client, owner, encode(sha256(convert_to(secret, 'UTF8')), 'hex'), held.permissions,
       extract(epoch from now())::bigint
from bulk
-- a line for each role: its name, a slash, and Keycloak's id of the client that has it
join (select c.realm_id, string_agg(k.name || '/' || c.id, E'\n' order by c.id) as permissions
      from client c
      join client_attributes a on a.client_id = c.id and a.name = 'mint.permissions' and a.value = 'true'
      join keycloak_role k on k.client = c.id and k.name = :'permission'
      group by c.realm_id) held on held.realm_id = bulk.realm
on conflict (id) do nothing;
commit;

vacuum (analyze) user_role_mapping;
vacuum (analyze) mint_api_key;
