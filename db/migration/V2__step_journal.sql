-- The step journal: what a build has finished is not done again when its worker is gone.

create table build_step (
    execution_id text not null references execution on delete cascade,
    number       integer not null constraint build_step_number_from_1 check (number >= 1),
    attempt      integer not null,
    exit_code    integer not null,
    layer        integer,
    digest       text,
    bytes        bigint,
    log_end      bigint not null,
    at           timestamptz not null default clock_timestamp(),
    primary key (execution_id, number),
    constraint build_step_layer_is_whole check ((layer is null) = (digest is null) and (layer is null) = (bytes is null)),
    constraint build_step_failed_has_no_layer check (exit_code = 0 or layer is null)
);
comment on table build_step is 'Steps of builds that have ended; an attempt goes on after the last of them that ended well';
comment on column build_step.execution_id is 'Whose build';
comment on column build_step.number is 'Number of the command in BuildContent, from 1';
comment on column build_step.attempt is 'The attempt that ran it';
comment on column build_step.exit_code is '0: ended well; else the command''s exit code, -1 when it was ended by a limit';
comment on column build_step.layer is 'Place of what the step wrote in the stack of layers, 1 for the lowest; null: it cannot write';
comment on column build_step.digest is 'Digest of the layer''s archive, the object layers/EXECUTION/NUMBER in the region''s store until the execution ends';
comment on column build_step.bytes is 'Size of that archive';
comment on column build_step.log_end is 'Length of the execution''s log when the step had ended';
comment on column build_step.at is 'When it ended, database time';
