-- Kiln's tables. PostgreSQL holds the truth; Kafka carries what execution_event says.
-- Names of constraints are part of the product: the code tells one refusal from another by them.

create table account (
    id         bigint primary key constraint account_id_has_at_most_16_digits check (id between 1 and 9999999999999999),
    name       text not null constraint account_name_has_1_to_128_characters check (char_length(name) between 1 and 128),
    is_root    boolean not null default false,
    created_at timestamptz not null default now()
);
create unique index account_one_root on account (is_root) where is_root;
comment on table account is 'Who owns objects, and with whom images are shared';
comment on column account.id is 'Account number as on the wire (AddAccount, ImageOwnerId)';
comment on column account.name is 'For people';
comment on column account.is_root is 'Whether this account may create accounts; exactly one may';
comment on column account.created_at is 'When the account was made';

create table access_key (
    id         text primary key constraint access_key_id_form check (id ~ '^[A-Za-z0-9._-]{1,128}$'),
    account_id bigint not null references account,
    secret     bytea not null,
    active     boolean not null default true,
    created_at timestamptz not null default now()
);
create index access_key_by_account on access_key (account_id);
comment on table access_key is 'Keys that sign requests';
comment on column access_key.id is 'AccessKeyId on the wire';
comment on column access_key.account_id is 'The account that a request signed with this key acts for';
comment on column access_key.secret is 'AccessKeySecret, AES-256-GCM under kiln.secrets-key: 12 bytes of nonce, then cipher text and tag, bound to the id';
comment on column access_key.active is 'False: requests are refused with InvalidAccessKeyId.Inactive';
comment on column access_key.created_at is 'When the key was made';

create table seen_nonce (
    access_key_id text not null,
    nonce         text not null constraint seen_nonce_has_1_to_128_characters check (char_length(nonce) between 1 and 128),
    expires_at    timestamptz not null,
    primary key (access_key_id, nonce)
);
create index seen_nonce_by_expiry on seen_nonce (expires_at);
comment on table seen_nonce is 'SignatureNonce values that were used: a second use is refused';
comment on column seen_nonce.access_key_id is 'Nonces are unique per key';
comment on column seen_nonce.nonce is 'The value as sent';
comment on column seen_nonce.expires_at is 'When the request could not be replayed any more anyway, its time stamp being too old';

create table client_token (
    account_id     bigint not null references account,
    operation      text not null,
    token          text not null constraint client_token_is_short_ascii check (token ~ '^[\x01-\x7F]{1,64}$'),
    request_digest text not null,
    result_id      text not null,
    created_at     timestamptz not null default now(),
    primary key (account_id, operation, token)
);
create index client_token_by_age on client_token (created_at);
comment on table client_token is 'Idempotence: which request came with a ClientToken, and what it was answered';
comment on column client_token.account_id is 'Tokens are remembered per account';
comment on column client_token.operation is 'and per operation, e.g. StartImagePipelineExecution';
comment on column client_token.token is 'ClientToken as sent, case-sensitive';
comment on column client_token.request_digest is 'SHA-256 over the request''s own parameters, sorted; another one is IdempotentParameterMismatch';
comment on column client_token.result_id is 'Id of the object that the first request made';
comment on column client_token.created_at is 'For the purge';

create table template (
    id                text primary key constraint template_id_form check (id ~ '^ip-[a-z0-9]{20}$'),
    account_id        bigint not null references account,
    region_id         text not null,
    name              text not null,
    description       text not null default '',
    base_image_type   text not null constraint template_base_image_type_known check (base_image_type in ('IMAGE', 'IMAGE_FAMILY')),
    base_image        text not null,
    build_content     text not null default '',
    test_content      text not null default '',
    image_name        text not null default '',
    image_name_suffix boolean not null default true,
    image_family      text not null default '',
    image_description text not null default '',
    image_tags        jsonb not null default '[]',
    network_mbit      integer not null default 0 constraint template_network_0_to_100 check (network_mbit between 0 and 100),
    disk_gib          integer not null default 40 constraint template_disk_20_to_500 check (disk_gib between 20 and 500),
    to_region_ids     text[] not null default '{}' constraint template_at_most_20_regions check (cardinality(to_region_ids) <= 20),
    add_accounts      bigint[] not null default '{}' constraint template_at_most_20_accounts check (cardinality(add_accounts) <= 20),
    tags              jsonb not null default '[]',
    kept              jsonb not null default '{}',
    context_digest    text,
    created_at        timestamptz not null default now()
);
create index template_by_account on template (account_id, region_id, created_at desc, id desc);
comment on table template is 'What to build, where to copy, whom to share with (the wire''s ImagePipeline); never changed after it was made, but for its context';
comment on column template.id is 'ImagePipelineId';
comment on column template.account_id is 'Owner';
comment on column template.region_id is 'RegionId of the request: where the image is built and kept first';
comment on column template.name is 'Name; the id when none was given';
comment on column template.description is 'Description, empty when none was given';
comment on column template.base_image_type is 'BaseImageType: how base_image is read';
comment on column template.base_image is 'BaseImage: an image id, or the name of a family of which the newest image is taken at each start';
comment on column template.build_content is 'BuildContent, checked when the template was made';
comment on column template.test_content is 'TestContent, same grammar';
comment on column template.image_name is 'ImageOptions.ImageName: prefix of the image''s name';
comment on column template.image_name_suffix is 'Whether _{ExecutionId} follows the prefix (AdvancedOptions.ImageNameSuffix=disable: not)';
comment on column template.image_family is 'ImageOptions.ImageFamily: family that the image joins';
comment on column template.image_description is 'ImageOptions.Description';
comment on column template.image_tags is 'ImageOptions.ImageTags: [{"key":…,"value":…}], put on the image';
comment on column template.network_mbit is 'InternetMaxBandwidthOut; more than 0 allows the build to use the network';
comment on column template.disk_gib is 'SystemDiskSize, GiB: bound of what a build may write';
comment on column template.to_region_ids is 'ToRegionId.N, in the order given';
comment on column template.add_accounts is 'AddAccount.N, in the order given';
comment on column template.tags is 'Tag.N: [{"key":…,"value":…}]';
comment on column template.kept is 'Parameters that mean nothing on one''s own machines, kept to be returned: {"InstanceType":…}';
comment on column template.context_digest is 'Digest of the uploaded tar archive that COPY reads from, or null';
comment on column template.created_at is 'CreationTime';

create table execution (
    id              text primary key constraint execution_id_form check (id ~ '^exec-[a-z0-9]{20}$'),
    template_id     text not null references template on delete cascade,
    account_id      bigint not null references account,
    region_id       text not null,
    image_id        text not null,
    status          text not null constraint execution_status_known check (status in ('PREPARING', 'BUILDING', 'TESTING',
                        'DISTRIBUTING', 'RELEASING', 'CANCELLING', 'SUCCESS', 'PARTITION_SUCCESS', 'FAILED', 'TEST_FAILED', 'CANCELLED')),
    outcome         text constraint execution_outcome_known check (outcome in ('SUCCESS', 'PARTITION_SUCCESS', 'FAILED', 'TEST_FAILED')),
    message         text not null default '',
    error_code      text not null default '',
    error_info      text not null default '',
    attempt         integer not null default 0,
    worker          text not null default '',
    version         integer not null default 1,
    tags            jsonb not null default '[]',
    cancel_deadline timestamptz,
    created_at      timestamptz not null default now(),
    modified_at     timestamptz not null default now(),
    finished_at     timestamptz,
    constraint execution_finished_exactly_when_final check ((finished_at is not null)
        = (status in ('SUCCESS', 'PARTITION_SUCCESS', 'FAILED', 'TEST_FAILED', 'CANCELLED'))),
    constraint execution_released_with_outcome check (status <> 'RELEASING' or outcome is not null),
    constraint execution_cancelling_has_deadline check (status <> 'CANCELLING' or cancel_deadline is not null)
);
create unique index execution_one_running_per_template on execution (template_id) where finished_at is null;
create index execution_by_template on execution (template_id, created_at desc, id desc);
comment on table execution is 'One run of a template; one row. The row is the truth, whatever a message says';
comment on column execution.id is 'ExecutionId';
comment on column execution.template_id is 'ImagePipelineId';
comment on column execution.account_id is 'Owner';
comment on column execution.region_id is 'The template''s region';
comment on column execution.image_id is 'Id reserved for the image of the template''s region (ImageId on the wire once the image exists)';
comment on column execution.status is 'Status; the table of transitions is dev.kiln.execution.ExecutionStatus';
comment on column execution.outcome is 'How RELEASING will end, stored before it begins so that clean-up cannot be skipped; kept while failed targets are retried';
comment on column execution.message is 'Message: what happened last, for people';
comment on column execution.error_code is 'ErrorCode of a run that did not succeed, else empty';
comment on column execution.error_info is 'ErrorInfo: step, exit code, last lines; else empty';
comment on column execution.attempt is 'Number of the last claim: the fence, named in every write of a worker';
comment on column execution.worker is 'Name of the worker that made the last claim';
comment on column execution.version is 'Number of events so far: the newest event has this sequence';
comment on column execution.tags is 'Tag.N: [{"key":…,"value":…}]';
comment on column execution.cancel_deadline is 'When CANCELLING becomes CANCELLED even if the worker, an engine or a region does not answer';
comment on column execution.created_at is 'CreationTime';
comment on column execution.modified_at is 'ModifiedTime: last change of status';
comment on column execution.finished_at is 'Set exactly in final statuses';

create table execution_event (
    id           bigint generated always as identity primary key,
    execution_id text not null,
    template_id  text not null,
    account_id   bigint not null,
    sequence     integer not null,
    from_status  text,
    to_status    text not null,
    attempt      integer not null,
    message      text not null default '',
    rings        boolean not null default false,
    at           timestamptz not null default clock_timestamp(),
    published_at timestamptz,
    constraint execution_event_sequence unique (execution_id, sequence)
);
create index execution_event_unpublished on execution_event (id) where published_at is null;
comment on table execution_event is 'History and outbox in one: a line for each change of status, written by the statement that changed it';
comment on column execution_event.id is 'Order of publication';
comment on column execution_event.execution_id is 'No foreign key: an event outlives a deleted template until it was published';
comment on column execution_event.template_id is 'Key of the Kafka record, so that one template''s events stay in order';
comment on column execution_event.account_id is 'Owner';
comment on column execution_event.sequence is '1, 2, 3 … within the execution';
comment on column execution_event.from_status is 'Status before; null for the start';
comment on column execution_event.to_status is 'Status after';
comment on column execution_event.attempt is 'Attempt that made the change; 0 before the first claim';
comment on column execution_event.message is 'For people';
comment on column execution_event.rings is 'Whether workers are called by an ExecutionRequested message too';
comment on column execution_event.at is 'When the change happened, database time';
comment on column execution_event.published_at is 'When the broker acknowledged it; null: still to be published';

create table image_copy (
    id              text primary key constraint image_copy_id_form check (id ~ '^m-[a-z0-9]{1,60}$'),
    account_id      bigint not null references account,
    region_id       text not null,
    execution_id    text references execution on delete set null,
    source_image_id text not null default '',
    name            text not null,
    family          text not null default '',
    description     text not null default '',
    state           text not null constraint image_copy_state_known check (state in ('PENDING', 'COPYING', 'COPIED', 'FAILED')),
    attempts        integer not null default 0,
    error_code      text not null default '',
    error_info      text not null default '',
    digest          text,
    bytes           bigint,
    bytes_done      bigint not null default 0,
    metadata        jsonb not null default '{}',
    tags            jsonb not null default '[]',
    created_at      timestamptz not null default now(),
    modified_at     timestamptz not null default now(),
    constraint image_copy_copied_has_digest check (state <> 'COPIED' or (digest is not null and bytes is not null))
);
create unique index image_copy_one_per_target on image_copy (execution_id, region_id) where execution_id is not null;
create index image_copy_by_account on image_copy (account_id, region_id, created_at desc, id desc);
create index image_copy_by_family on image_copy (region_id, family, created_at desc) where family <> '' and state = 'COPIED';
comment on table image_copy is 'One image in one region: imported, or a target of an execution. Visible to others only when COPIED';
comment on column image_copy.id is 'ImageId; also names the object in the region''s store';
comment on column image_copy.account_id is 'Owner';
comment on column image_copy.region_id is 'The region that holds it';
comment on column image_copy.execution_id is 'The execution that made it; null for an imported image and after the template was deleted';
comment on column image_copy.source_image_id is 'The base image that it was built from; empty for an imported image';
comment on column image_copy.name is 'ImageName';
comment on column image_copy.family is 'ImageFamily, empty for none';
comment on column image_copy.description is 'Description';
comment on column image_copy.state is 'PENDING: to be copied; COPYING: bytes are on their way; COPIED: verified; FAILED: see error_code';
comment on column image_copy.attempts is 'How often copying was tried';
comment on column image_copy.error_code is 'Why it failed, else empty';
comment on column image_copy.error_info is 'The same for people';
comment on column image_copy.digest is 'sha256 of the stored bytes, verified before the state became COPIED';
comment on column image_copy.bytes is 'Number of stored bytes';
comment on column image_copy.bytes_done is 'How far a copy under way has come, in bytes';
comment on column image_copy.metadata is 'Labels, environment, command and so on (dev.kiln.image.ImageMetadata)';
comment on column image_copy.tags is 'Tags: [{"key":…,"value":…}]';
comment on column image_copy.created_at is 'CreationTime';
comment on column image_copy.modified_at is 'Last change of state';

create table image_share (
    image_id   text not null references image_copy on delete cascade,
    account_id bigint not null,
    state      text not null constraint image_share_state_known check (state in ('PENDING', 'SHARED', 'FAILED')),
    error_code text not null default '',
    error_info text not null default '',
    shared_at  timestamptz,
    primary key (image_id, account_id),
    constraint image_share_time_exactly_when_shared check ((shared_at is not null) = (state = 'SHARED'))
);
create index image_share_by_account on image_share (account_id) where state = 'SHARED';
comment on table image_share is 'Who else may read an image; only SHARED rows count';
comment on column image_share.image_id is 'The copy in one region';
comment on column image_share.account_id is 'No foreign key: a template may name an account that does not exist, and that is this target''s failure';
comment on column image_share.state is 'PENDING: to be shared once the copy is there; SHARED: may read; FAILED: see error_code';
comment on column image_share.error_code is 'Why it failed, else empty';
comment on column image_share.error_info is 'The same for people';
comment on column image_share.shared_at is 'SharedTime';

create table build_log_chunk (
    execution_id text not null references execution on delete cascade,
    first_byte   bigint not null,
    content      bytea not null,
    attempt      integer not null,
    at           timestamptz not null default clock_timestamp(),
    primary key (execution_id, first_byte)
);
comment on table build_log_chunk is 'Output of a build as it appeared';
comment on column build_log_chunk.first_byte is 'Offset of the chunk''s first byte in the whole log';
comment on column build_log_chunk.execution_id is 'Whose log';
comment on column build_log_chunk.content is 'UTF-8 text, at most 64 KiB';
comment on column build_log_chunk.attempt is 'The attempt that wrote it';
comment on column build_log_chunk.at is 'When';
