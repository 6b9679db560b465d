-- Users as Keycloak stores them. Ids follow from realm and number, so that a second run finds the first one's.
begin;
set local synchronous_commit = off;

create temporary table bulk on commit drop as
select r.id as realm, r.default_role, k.id as role, r.duplicate_emails_allowed
from realm r join keycloak_role k on k.realm_id = r.id and not k.client_role and k.name = :'role'
where r.name = :'realm';

create temporary table added (id varchar(36)) on commit drop;

with made as (
    insert into user_entity (id, realm_id, username, email, email_constraint, email_verified, enabled, first_name,
                             last_name, created_timestamp, not_before)
    select md5(realm || ':' || i)::uuid::text, realm, 'user' || i || '@bench.example', 'user' || i || '@bench.example',
           case when duplicate_emails_allowed then md5(realm || ':' || i)::uuid::text
                else 'user' || i || '@bench.example' end,
           true, true, 'User', 'Number' || i, extract(epoch from now())::bigint * 1000, 0
    from bulk, generate_series(1, :count) i
    on conflict (id) do nothing
    returning id)
insert into added select id from made;

insert into user_role_mapping (role_id, user_id) select default_role, added.id from bulk, added;
insert into user_role_mapping (role_id, user_id) select role, added.id from bulk, added;
commit;

-- now, and not by the autovacuum while something is measured
vacuum (analyze) user_entity;
vacuum (analyze) user_role_mapping;
