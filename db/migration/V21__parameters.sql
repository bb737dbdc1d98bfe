-- Parameters: what a template lets each start say anew, and what executions were given. New tables and a column with a
-- default: older programs run on beside them. They do not know of parameters, so none are to be declared
-- before all processes are of this release.

create table template_parameter (
    template_id    text not null references template on delete cascade,
    name           text not null constraint template_parameter_name_form check (name ~ '^[A-Za-z_][A-Za-z0-9_]{0,63}$'),
    position       integer not null constraint template_parameter_position_from_1 check (position >= 1),
    description    text not null default '',
    secret         boolean not null,
    default_value  text,
    default_sealed bytea,
    primary key (template_id, name),
    constraint template_parameter_secret_is_sealed check
        ((default_value is null or not secret) and (default_sealed is null or secret))
);
comment on table template_parameter is 'What a template lets each start say anew';
comment on column template_parameter.template_id is 'Whose parameter';
comment on column template_parameter.name is 'Name of the environment variable that commands find the value in';
comment on column template_parameter.position is 'Place in the template''s list, from 1';
comment on column template_parameter.description is 'For people, empty when none was given';
comment on column template_parameter.secret is 'Whether nobody may see the value';
comment on column template_parameter.default_value is 'What a start that does not say it gets; null: it has to say it, or the default is sealed';
comment on column template_parameter.default_sealed is 'The same for a secret, sealed by kiln.secrets-key, bound to template and name';

create table execution_parameter (
    execution_id text not null references execution on delete cascade,
    name         text not null,
    position     integer not null constraint execution_parameter_position_from_1 check (position >= 1),
    secret       boolean not null,
    value        text,
    sealed       bytea,
    primary key (execution_id, name),
    constraint execution_parameter_secret_is_sealed check ((value is null) = secret and (sealed is null or secret))
);
comment on table execution_parameter is 'The values that an execution has for its template''s parameters';
comment on column execution_parameter.execution_id is 'Whose value';
comment on column execution_parameter.name is 'As in template_parameter';
comment on column execution_parameter.position is 'As in template_parameter';
comment on column execution_parameter.secret is 'Whether nobody may see the value';
comment on column execution_parameter.value is 'The value; null for a secret';
comment on column execution_parameter.sealed is 'A secret''s value, sealed by kiln.secrets-key, bound to execution and name; null from the end of the execution on';

alter table execution add column has_secrets boolean not null default false;
comment on column execution.has_secrets is 'Whether it was started with secret parameters';

create function forget_secrets() returns trigger language plpgsql as $$
begin
    update execution_parameter set sealed = null where execution_id = new.id and sealed is not null;
    return null;
end $$;
-- By a trigger, so that no way to the end of an execution, of this release or another, can leave one behind.
create trigger execution_end_forgets_secrets after update of finished_at on execution
    for each row when (new.has_secrets and new.finished_at is not null) execute function forget_secrets();
