-- Keys that may do less than their account, and keys that expire. Both are in tables of their own, so that an older API,
-- which knows neither policies nor tokens, answers that nobody has such a key, instead of letting it do everything.

create table narrowed_key (
    id         text primary key constraint narrowed_key_id_form check (id ~ '^[A-Za-z0-9._-]{1,128}$'),
    account_id bigint not null references account,
    secret     bytea not null,
    policies   text[] not null constraint narrowed_key_1_to_5_policies check (cardinality(policies) between 1 and 5),
    active     boolean not null default true,
    created_at timestamptz not null default now(),
    constraint narrowed_key_policies_are_texts check (array_position(policies, null) is null),
    constraint narrowed_key_policies_at_most_6144_characters check
        (char_length(array_to_string(policies, '')) <= 6144 * cardinality(policies))
);
create index narrowed_key_by_account on narrowed_key (account_id);
comment on table narrowed_key is 'Keys that sign requests and may do what their policies allow; those that may do everything are in access_key';
comment on column narrowed_key.id is 'AccessKeyId on the wire; none of access_key';
comment on column narrowed_key.account_id is 'The account that a request signed with this key acts for';
comment on column narrowed_key.secret is 'AccessKeySecret, sealed as in access_key';
comment on column narrowed_key.policies is 'Policy documents, all of which have to allow a request: its own, and those of the key that made it';
comment on column narrowed_key.active is 'False: requests are refused with InvalidAccessKeyId.Inactive';
comment on column narrowed_key.created_at is 'When the key was made';

create table temporary_key (
    id              text primary key constraint temporary_key_id_form check (id ~ '^STS[.][a-z0-9]{24}$'),
    account_id      bigint not null references account,
    access_key_id   text references access_key on delete cascade,
    narrowed_key_id text references narrowed_key on delete cascade,
    secret          bytea not null,
    token_digest    text not null constraint temporary_key_token_digest_form check (token_digest ~ '^[0-9a-f]{64}$'),
    policy          text constraint temporary_key_policy_1_to_6144_characters check (char_length(policy) between 1 and 6144),
    created_at      timestamptz not null default now(),
    expires_at      timestamptz not null,
    constraint temporary_key_has_one_parent check ((access_key_id is null) <> (narrowed_key_id is null)),
    constraint temporary_key_at_most_12_hours check (expires_at between created_at and created_at + interval '12 hours')
);
create index temporary_key_by_account on temporary_key (account_id, expires_at);
create index temporary_key_by_access_key on temporary_key (access_key_id) where access_key_id is not null;
create index temporary_key_by_narrowed_key on temporary_key (narrowed_key_id) where narrowed_key_id is not null;
create index temporary_key_by_expiry on temporary_key (expires_at);
comment on table temporary_key is 'Keys that expire; a request signed with one carries its SecurityToken';
comment on column temporary_key.id is 'AccessKeyId on the wire';
comment on column temporary_key.account_id is 'Account of the key that made it';
comment on column temporary_key.access_key_id is 'The key that made it, without which it is worth nothing, when that one may do everything';
comment on column temporary_key.narrowed_key_id is 'The key that made it, when that one has policies, which hold for this one too';
comment on column temporary_key.secret is 'AccessKeySecret, sealed as in access_key';
comment on column temporary_key.token_digest is 'SHA-256 of the SecurityToken in hexadecimal digits; the token itself is kept nowhere';
comment on column temporary_key.policy is 'Policy document that narrows it further; null: it may do what the key that made it may';
comment on column temporary_key.created_at is 'When the key was made, database time';
comment on column temporary_key.expires_at is 'From here on requests are refused with InvalidSecurityToken.Expired; a day later the row is removed';
