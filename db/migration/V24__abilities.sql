-- What workers can do, and what executions need of them. Expand only: an older worker announces nothing, and takes
-- executions whatever they need, as it did.

create table worker (
    lock         bigint primary key,
    name         text not null,
    slots        integer not null,
    architecture text not null,
    able         text[] not null,
    lacking      jsonb not null,
    announced_at timestamptz not null default clock_timestamp()
);
comment on table worker is 'What worker processes have said of themselves; rows of those that are gone go when another one comes';
comment on column worker.lock is 'Advisory lock that the process holds for as long as it lives';
comment on column worker.name is 'As in execution.worker';
comment on column worker.slots is 'How many executions it runs at once';
comment on column worker.architecture is 'Of its processor, as its runtime calls it';
comment on column worker.able is 'What it can do that not every worker can (dev.kiln.execution.Ability)';
comment on column worker.lacking is 'Why it cannot do the others: a sentence for each';
comment on column worker.announced_at is 'When it said so, database time';

create view live_worker as
    select w.* from worker w
     where exists (select from pg_locks l
                    where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
                      and l.database = (select oid from pg_database where datname = current_database())
                      and (l.classid::bigint << 32 | l.objid::bigint) = w.lock);
comment on view live_worker is 'Workers that are there';

alter table execution
    add column needs     text[] not null default '{}',
    add column needed_in text;
comment on column execution.needs is 'What a worker must be able to do for it (as worker.able), as long as its status is needed_in; written by a worker that cannot';
comment on column execution.needed_in is 'The status whose work needs it; null: nobody had to leave it to others yet';

alter table template
    add column needs_kvm boolean not null default false;
comment on column template.needs_kvm is 'Whether its tests in a machine are left to workers that run machines by KVM';
