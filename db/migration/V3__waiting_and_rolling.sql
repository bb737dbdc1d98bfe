-- Expand only: releases that know nothing of this run on as before.

-- How long the last executions took tells those that wait when they will start.
create index execution_by_end on execution (finished_at desc) where finished_at is not null;

-- Which account was served longest ago.
create index execution_by_account_and_end on execution (account_id, finished_at desc) where finished_at is not null;

create table schema_contract (
    one              boolean primary key default true constraint schema_contract_has_one_row check (one),
    oldest_migration text not null
);
insert into schema_contract (oldest_migration) values ('1');
comment on table schema_contract is 'What a process must know to run on this database (docs/adr/0006); one row';
comment on column schema_contract.one is 'Always true: there is one row';
comment on column schema_contract.oldest_migration is 'A process whose newest migration is older refuses to start; set by a migration that takes something away';
