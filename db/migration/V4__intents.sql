-- What is about to be made outside of the database is written down here first, so that whoever comes after a crash knows
-- what to look for. Only new tables: older programs run on beside them.

create table intent (
    id           bigint generated always as identity primary key,
    kind         text not null constraint intent_kind_known check (kind in ('SCRATCH', 'COPY', 'LAYER', 'UPLOAD')),
    place        text not null constraint intent_place_is_named check (place <> ''),
    name         text not null constraint intent_name_is_there check (name <> ''),
    execution_id text,
    attempt      integer,
    holder       bigint,
    created_at   timestamptz not null default clock_timestamp(),
    constraint intent_of_an_attempt_or_an_upload check
        ((kind = 'UPLOAD') = (execution_id is null) and (execution_id is null) = (attempt is null)),
    constraint intent_holder_of_an_upload check (holder is null or kind = 'UPLOAD'),
    constraint intent_once_per_attempt unique (execution_id, attempt, kind, place, name)
);
create index intent_by_place on intent (place, name);
comment on table intent is 'Effects outside of the database that were begun and are neither undone nor a thing with a row of its own yet';
comment on column intent.id is 'For the one who began it';
comment on column intent.kind is 'SCRATCH: files, mounts, processes and control groups of builds on a machine; COPY, LAYER, UPLOAD: an object of a region, and parts of it';
comment on column intent.place is 'Where: the id of an engine''s directory (its link "place"), or of a region';
comment on column intent.name is 'What is made there: the name of a build, or the key of an object';
comment on column intent.execution_id is 'For whom; null for what an API process takes. No foreign key: an intent outlives a deleted template';
comment on column intent.attempt is 'The attempt that began it; a later one, or the execution''s end, makes it a leftover';
comment on column intent.holder is 'Advisory lock of the API process that takes an upload, its proof of life; null: nobody is at work, to be removed';
comment on column intent.created_at is 'When it was written down, database time';

create view intent_state as
    select i.*,
           case when i.execution_id is not null
                then exists (select from execution e
                              where e.id = i.execution_id and e.attempt = i.attempt and e.finished_at is null)
                else exists (select from pg_locks l
                              where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
                                and l.database = (select oid from pg_database where datname = current_database())
                                and (l.classid::bigint << 32 | l.objid::bigint) = i.holder)
           end as alive
      from intent i;
comment on view intent_state is 'Intents, and whether the one who began them may still be at work';
comment on column intent_state.alive is 'False: whatever there is of it was left behind';

create table sweep (
    place    text primary key constraint sweep_place_is_named check (place <> ''),
    worker   text not null,
    swept_at timestamptz not null default clock_timestamp(),
    findings jsonb not null default '[]'
);
comment on table sweep is 'The last search for things left behind in each place';
comment on column sweep.place is 'As in intent.place';
comment on column sweep.worker is 'Name of the worker that made it';
comment on column sweep.swept_at is 'When it began, database time';
comment on column sweep.findings is 'What it found on a machine, whether removed or not (dev.kiln.reaper.Finding)';
