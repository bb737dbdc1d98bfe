-- Schedules of templates. A new table and a column without a default: older programs run on beside them, and start nothing
-- by themselves.

create table template_schedule (
    template_id       text primary key references template on delete cascade,
    cron              text not null constraint template_schedule_cron_is_short check (char_length(cron) between 1 and 100),
    zone              text not null,
    while_running     text not null constraint template_schedule_while_running_known check (while_running in ('skip', 'queue')),
    next_at           timestamptz,
    waits_since       timestamptz,
    set_at            timestamptz not null,
    last_at           timestamptz,
    last_outcome      text constraint template_schedule_outcome_known
                          check (last_outcome in ('STARTED', 'SKIPPED', 'WAITS', 'REFUSED')),
    last_message      text not null default '',
    last_execution_id text,
    constraint template_schedule_outcome_has_time check ((last_at is null) = (last_outcome is null))
);
create index template_schedule_due on template_schedule (next_at);
create index template_schedule_waiting on template_schedule (template_id) where waits_since is not null;
comment on table template_schedule is 'When a template is started without anybody asking';
comment on column template_schedule.template_id is 'What is started';
comment on column template_schedule.cron is 'Minute, hour, day of month, month, day of week, or a name like @daily';
comment on column template_schedule.zone is 'Name of the time zone whose clocks it is about';
comment on column template_schedule.while_running is 'What becomes of a run that is due while an execution runs: skip, or queue until it has ended';
comment on column template_schedule.next_at is 'When the next run is due, by the clocks of the API processes; null: never again';
comment on column template_schedule.waits_since is 'Since when a run waits for the end of an execution; null: none does';
comment on column template_schedule.set_at is 'When somebody set it, by the same clocks';
comment on column template_schedule.last_at is 'When it was last decided on, by the same clocks';
comment on column template_schedule.last_outcome is 'STARTED, SKIPPED (an execution ran), WAITS (one runs), or REFUSED (the template could not start)';
comment on column template_schedule.last_message is 'The same for people';
comment on column template_schedule.last_execution_id is 'What was started last; no foreign key: it may be gone';

alter table execution
    add column started_by text constraint execution_started_by_known check (started_by in ('SCHEDULE', 'BASE_CHANGE'));
comment on column execution.started_by is 'SCHEDULE: its template''s schedule; BASE_CHANGE: an image that its template builds on; null: somebody who asked for it';
