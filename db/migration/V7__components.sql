-- Components: pieces of templates with a name, a version and parameters. New tables, and one new column that may be
-- null: older programs run on beside them, and refuse contents with COMPONENT as they did.

create table component (
    id          text primary key constraint component_id_form check (id ~ '^ic-[a-z0-9]{20}$'),
    account_id  bigint not null references account,
    region_id   text not null,
    name        text not null,
    description text not null default '',
    type        text not null constraint component_type_known check (type in ('BUILD', 'TEST')),
    major       integer not null,
    minor       integer not null,
    patch       integer not null,
    content     text not null constraint component_content_1_to_16384_bytes check (octet_length(content) between 1 and 16384),
    tags        jsonb not null default '[]',
    kept        jsonb not null default '{}',
    created_at  timestamptz not null default now(),
    constraint component_version_from_0_to_999999 check
        (least(major, minor, patch) >= 0 and greatest(major, minor, patch) <= 999999),
    constraint component_version_once unique (account_id, region_id, name, major, minor, patch)
);
create index component_by_account on component (account_id, region_id, created_at desc, id desc);
comment on table component is 'Pieces of templates (the wire''s ImageComponent); never changed after they were made';
comment on column component.id is 'ImageComponentId';
comment on column component.account_id is 'Owner';
comment on column component.region_id is 'RegionId of the request';
comment on column component.name is 'Name; the id when none was given';
comment on column component.description is 'Description, empty when none was given';
comment on column component.type is 'ComponentType: BUILD for build contents, TEST for test contents';
comment on column component.major is 'ComponentVersion, first part';
comment on column component.minor is 'ComponentVersion, second part';
comment on column component.patch is 'ComponentVersion, third part';
comment on column component.content is 'Content as it was sent, checked when the component was made';
comment on column component.tags is 'Tag.N: [{"key":…,"value":…}]';
comment on column component.kept is 'Parameters that mean nothing on one''s own machines, kept to be returned';
comment on column component.created_at is 'When it was made, database time';

create table template_component (
    template_id  text not null references template on delete cascade,
    content      text not null constraint template_component_content_known check (content in ('BUILD', 'TEST')),
    position     integer not null constraint template_component_position_from_1 check (position >= 1),
    component_id text references component,
    region_id    text,
    name         text,
    major        integer,
    minor        integer,
    patch        integer,
    primary key (template_id, content, position),
    constraint template_component_by_id_or_name check
        ((component_id is null) = (name is not null) and (name is null) = (region_id is null)),
    constraint template_component_version_of_a_name check (name is not null or coalesce(major, minor, patch) is null)
);
create index template_component_by_id on template_component (component_id) where component_id is not null;
create index template_component_by_name on template_component (name) where name is not null;
comment on table template_component is 'What the COMPONENT commands of templates name: what is in use cannot be deleted';
comment on column template_component.template_id is 'Whose command';
comment on column template_component.content is 'BUILD: of BuildContent; TEST: of TestContent';
comment on column template_component.position is 'Number of the command among the content''s COMPONENT commands, from 1';
comment on column template_component.component_id is 'The component, when it is named by its id';
comment on column template_component.region_id is 'Region of the component, when it is named by name and version';
comment on column template_component.name is 'Name of a component of the template''s account';
comment on column template_component.major is 'First part of the version; null: any, the newest is taken';
comment on column template_component.minor is 'Second part of the version, in the same way';
comment on column template_component.patch is 'Third part of the version, in the same way';

create table execution_component (
    execution_id text not null references execution on delete cascade,
    content      text not null constraint execution_component_content_known check (content in ('BUILD', 'TEST')),
    position     integer not null constraint execution_component_position_from_1 check (position >= 1),
    component_id text references component on delete set null,
    primary key (execution_id, content, position)
);
create index execution_component_by_component on execution_component (component_id) where component_id is not null;
comment on table execution_component is 'Which component each COMPONENT command means in an execution: chosen once, so that every attempt runs the same steps';
comment on column execution_component.execution_id is 'Whose choice';
comment on column execution_component.content is 'As in template_component';
comment on column execution_component.position is 'As in template_component';
comment on column execution_component.component_id is 'The chosen component; null when it was deleted afterwards';

alter table build_step add column stdout text
    constraint build_step_stdout_at_most_8192_bytes check (octet_length(stdout) <= 8192);
alter table build_step add constraint build_step_failed_has_no_stdout check (exit_code = 0 or stdout is null);
comment on column build_step.stdout is 'What the step printed to standard output, when later tasks of its component use it; else null';
