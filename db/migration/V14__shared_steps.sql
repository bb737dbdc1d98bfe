-- Steps of builds that all workers of a region may take, where the template allows it. Older programs know nothing of them.

create table cached_step (
    region_id  text not null,
    key        text not null constraint cached_step_key_is_a_digest check (key ~ '^[0-9a-f]{64}$'),
    account_id bigint not null references account,
    digest     text constraint cached_step_digest_is_sha256 check (digest ~ '^sha256:[0-9a-f]{64}$'),
    bytes      bigint constraint cached_step_bytes_not_negative check (bytes >= 0),
    stdout     text,
    made_at    timestamptz not null default now(),
    used_at    timestamptz not null default now(),
    primary key (region_id, key),
    constraint cached_step_layer_whole_or_none check ((digest is null) = (bytes is null))
);
create index cached_step_by_use on cached_step (region_id, used_at);
comment on table cached_step is 'Steps that builds have run and other builds may take instead of running them again';
comment on column cached_step.region_id is 'The region of the templates whose builds ran it and may take it';
comment on column cached_step.key is 'Digest of all that the step was made of, its account included; its layer is the object steps/KEY of the region';
comment on column cached_step.account_id is 'Whose build ran it; nobody else''s takes it';
comment on column cached_step.digest is 'Digest of its layer''s archive; null when it cannot write';
comment on column cached_step.bytes is 'Length of that archive; null when it cannot write';
comment on column cached_step.stdout is 'What it printed, for steps whose output later ones use';
comment on column cached_step.made_at is 'When it was run; a template says how long ago that may be';
comment on column cached_step.used_at is 'When it was last taken, to the hour; the longest unused go first';
