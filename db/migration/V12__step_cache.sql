-- The step cache: builds take steps of earlier builds, where the template allows it. An older program never does.

alter table template
    add column step_cache_seconds bigint not null default 0
        constraint template_step_cache_seconds_at_most_a_year check (step_cache_seconds between 0 and 31536000);
comment on column template.step_cache_seconds is 'How long ago a step may have been run to be taken instead of run again; 0: never';
