-- Logs whose lines have a step. A new table: older programs run on beside it, and their logs have no marks.

create table build_log_mark (
    execution_id text not null references execution on delete cascade,
    first_byte   bigint not null,
    end_byte     bigint not null,
    kind         text not null constraint build_log_mark_kind_known check (kind in ('NOTE', 'STARTED', 'FINISHED')),
    stage        text not null constraint build_log_mark_stage_known check (stage in ('BUILDING', 'TESTING')),
    step         integer not null default 0,
    steps        integer not null default 0,
    millis       bigint not null default 0,
    text         text not null default ''
        constraint build_log_mark_text_at_most_200_characters check (char_length(text) <= 200),
    attempt      integer not null,
    at           timestamptz not null default clock_timestamp(),
    primary key (execution_id, first_byte),
    constraint build_log_mark_ends_after_it_begins check (end_byte >= first_byte)
);
comment on table build_log_mark is 'Which lines of a log are Kiln''s own: what commands print looks like them at will, so the text does not tell';
comment on column build_log_mark.execution_id is 'Whose log';
comment on column build_log_mark.first_byte is 'Offset of the line''s first byte in the whole log; it stays when the line itself was left out';
comment on column build_log_mark.end_byte is 'Offset behind its last byte';
comment on column build_log_mark.kind is 'STARTED and FINISHED: of a step; NOTE: anything else';
comment on column build_log_mark.stage is 'What the execution was doing';
comment on column build_log_mark.step is 'Number of the command, from 1; 0 for a note';
comment on column build_log_mark.steps is 'How many commands there are; 0 for a note';
comment on column build_log_mark.millis is 'FINISHED: how long the step took';
comment on column build_log_mark.text is 'STARTED: the command, shortened';
comment on column build_log_mark.attempt is 'The attempt that wrote it';
comment on column build_log_mark.at is 'When it was written, at most a fraction of a second after it happened; database time';

comment on column build_log_chunk.first_byte is 'Offset of the chunk''s first byte in all that the build printed. Where a chunk does not begin at the end of the one before it, output was left out: the log had reached its limit';
