-- Attempts that ended with their worker alive say nothing about what the execution does to workers.

alter table execution add column survived_attempt int not null default 0;
comment on column execution.survived_attempt is
    'The last attempt whose worker told that it stopped: it lost its lock, left the execution to others or was superseded; 0 for none';
