-- Logs of executions that ended long ago lie in regions. Expand only; an API of the release before shows a log that was
-- moved as empty, until it is replaced.
create table moved_log (
    execution_id text primary key references execution on delete cascade,
    region_id    text not null,
    digest       text not null,
    log_end      bigint not null,
    moved_at     timestamptz not null default clock_timestamp()
);
create index moved_log_by_region on moved_log (region_id);
comment on table moved_log is 'Logs that lie in regions instead of build_log_chunk, an object each';
comment on column moved_log.execution_id is 'Whose log; the object''s key is logs/ and this. Without the row the object is nobody''s, and reapers remove it';
comment on column moved_log.region_id is 'Where it lies: the region of its template';
comment on column moved_log.digest is 'Of the object';
comment on column moved_log.log_end is 'How many bytes the build had printed';
comment on column moved_log.moved_at is 'When, database time';
