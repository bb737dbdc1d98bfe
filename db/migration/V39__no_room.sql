-- A build may itself be what fills its worker's disk: how often it has gone on to another worker for that has a bound.

alter table execution add column no_room smallint not null default 0;
comment on column execution.no_room is
    'How often a worker had no room on its disk for it and left it to others; after a few times it fails with Worker.NoRoom';
