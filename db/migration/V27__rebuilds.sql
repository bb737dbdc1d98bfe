-- Templates that are built again when their base image is another one. A new table and a column without a default: older
-- programs run on beside them.

create table template_rebuild (
    template_id       text primary key references template on delete cascade,
    base_image_id     text,
    set_at            timestamptz not null,
    last_at           timestamptz,
    last_outcome      text constraint template_rebuild_outcome_known
                          check (last_outcome in ('STARTED', 'UNNEEDED', 'IGNORED', 'REFUSED')),
    last_message      text not null default '',
    last_execution_id text,
    constraint template_rebuild_outcome_has_time check ((last_at is null) = (last_outcome is null))
);
comment on table template_rebuild is 'Templates that are started when what they build on has changed';
comment on column template_rebuild.template_id is 'What is started';
comment on column template_rebuild.base_image_id is 'The newest image of the base family that was decided on, whatever came of it; null: there was none yet';
comment on column template_rebuild.set_at is 'When somebody set it, by the clocks of the API processes';
comment on column template_rebuild.last_at is 'When it was last decided on, by the same clocks';
comment on column template_rebuild.last_outcome is 'STARTED, UNNEEDED (the last execution was built on it already), IGNORED (it came of the template''s own images), or REFUSED (the template could not start)';
comment on column template_rebuild.last_message is 'The same for people';
comment on column template_rebuild.last_execution_id is 'What was started last; no foreign key: it may be gone';

alter table execution add column follows text[];
comment on column execution.follows is 'Of a BASE_CHANGE: the templates whose images led to it, one after the other; what comes of it starts none of them again. Null: none did';
