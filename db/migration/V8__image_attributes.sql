-- Attributes of images that can be changed, and images that are copies of others. New columns with constant defaults:
-- older programs run on beside them, take a deprecated image of a family as they did, and leave copies to newer workers.

alter table image_copy
    add column deprecated boolean not null default false,
    add column kept       jsonb   not null default '{}',
    add column copy_of    text;
create index image_copy_to_be_copied on image_copy (created_at, id)
    where copy_of is not null and state in ('PENDING', 'COPYING');
comment on column image_copy.deprecated is 'Status Deprecated: no family chooses it, and it cannot be shared; only a COPIED image is';
comment on column image_copy.kept is 'Parameters that mean nothing on one''s own machines, kept to be returned, by wire name: {"BootMode":…}';
comment on column image_copy.copy_of is 'The image whose bytes CopyImage was asked to copy; null for images of executions and uploads. While it is COPYING, modified_at is its worker''s sign of life, and attempts its fence';
