-- Organizations as accounts: bulk-1 to bulk-<count>, each with groups owner, admin and member, whose roles are those of
-- the demo's. Ids follow from realm and number, so that a second run finds the first one's. Of them the first ones get
-- :member as a member, :memberships in number; nobody else is in any.
begin;
set local synchronous_commit = off;

create temporary table bulk on commit drop as
select r.id as realm, i, md5(r.id || ':org:' || i)::uuid::text as org, md5(r.id || ':org-group:' || i)::uuid::text as root
from realm r, generate_series(1, :count) i where r.name = :'realm';

create temporary table teams on commit drop as
select b.*, t.team, md5(b.realm || ':team:' || t.team || ':' || b.i)::uuid::text as id
from bulk b, (values ('owner'), ('admin'), ('member')) t (team);

-- each names the other: the organization's group comes first, without its organization
insert into keycloak_group (id, name, parent_group, realm_id, type)
select root, org, ' ', realm, 1 from bulk on conflict do nothing;

insert into org (id, enabled, realm_id, group_id, name, alias)
select org, true, realm, root, 'bulk-' || i, 'bulk-' || i from bulk on conflict do nothing;

update keycloak_group g set org_id = b.org from bulk b where g.id = b.root and g.org_id is null;

insert into keycloak_group (id, name, parent_group, realm_id, type, org_id)
select id, team, root, realm, 1, org from teams on conflict do nothing;

insert into group_role_mapping (role_id, group_id)
select k.id, t.id
from teams t
join client c on c.realm_id = t.realm and c.client_id = 'https://api.inbox-manager.com'
join keycloak_role k on k.client = c.id and (t.team <> 'member' or k.name like '%:read')
on conflict do nothing;

insert into user_group_membership (group_id, user_id, membership_type)
select m.id, u.id, 'UNMANAGED'
from user_entity u
join (select realm, i, root as id from bulk union all select realm, i, id from teams where team = 'member') m
  on m.realm = u.realm_id and m.i <= :memberships
where u.username = :'member'
on conflict do nothing;
commit;

vacuum (analyze) keycloak_group;
vacuum (analyze) org;
vacuum (analyze) group_role_mapping;
vacuum (analyze) user_group_membership;
