-- Images that are imported from buckets and exported to them. New columns may be null: older programs run on beside them,
-- leave imports and exports to newer workers, and never start an execution that imports.

alter table image_copy
    add column import_bucket text,
    add column import_object text,
    add constraint image_copy_is_imported_from_a_bucket_and_object check ((import_bucket is null) = (import_object is null)),
    add constraint image_copy_is_copied_or_imported check (copy_of is null or import_object is null);
create index image_copy_to_be_imported on image_copy (created_at, id)
    where import_object is not null and state in ('PENDING', 'COPYING');
comment on column image_copy.import_bucket is 'The bucket that ImportImage, or a template of BaseImageType OSS, takes the bytes from; null for other images';
comment on column image_copy.import_object is 'The object in that bucket. While the image is COPYING, modified_at is its worker''s sign of life, and attempts its fence';

alter table execution
    add column imported_image_id text,
    add column imported_kept     text not null default 'NEVER'
        constraint execution_imported_kept_known check (imported_kept in ('NEVER', 'AFTER_SUCCESS', 'AFTER_FAILURE', 'ALWAYS'));
comment on column execution.imported_image_id is 'The image that was imported as this execution''s base; null unless the template''s BaseImageType is OSS';
comment on column execution.imported_kept is 'RetentionStrategy: when the imported image stays after the execution''s end';

create table image_export (
    id          text primary key constraint image_export_id_form check (id ~ '^t-[a-z0-9]{20}$'),
    image_id    text not null references image_copy on delete cascade,
    account_id  bigint not null references account,
    region_id   text not null,
    bucket      text not null,
    object      text not null,
    state       text not null default 'PENDING'
        constraint image_export_state_known check (state in ('PENDING', 'COPYING', 'COPIED', 'FAILED')),
    attempts    integer not null default 0,
    bytes_done  bigint not null default 0,
    error_code  text not null default '',
    error_info  text not null default '',
    created_at  timestamptz not null default now(),
    modified_at timestamptz not null default now()
);
create index image_export_by_image on image_export (image_id);
create unique index image_export_one_at_a_time on image_export (image_id) where state in ('PENDING', 'COPYING');
create index image_export_waiting on image_export (created_at, id) where state in ('PENDING', 'COPYING');
comment on table image_export is 'Exports of images to buckets (ExportImage)';
comment on column image_export.id is 'TaskId: t- and 20 letters and digits';
comment on column image_export.image_id is 'The image whose bytes are written';
comment on column image_export.account_id is 'Who asked for it';
comment on column image_export.region_id is 'The region of image and bucket: at most five exports are made in one at a time';
comment on column image_export.bucket is 'OSSBucket';
comment on column image_export.object is 'The object that is written, its name made of OSSPrefix and the image''s id';
comment on column image_export.state is 'PENDING until a worker takes it, COPYING while bytes are written, then COPIED or FAILED';
comment on column image_export.attempts is 'Counts the workers that took it; their fence';
comment on column image_export.bytes_done is 'How far it is';
comment on column image_export.error_code is 'Why it failed, as a code; empty unless it did';
comment on column image_export.error_info is 'Why it failed, in words';
comment on column image_export.created_at is 'When it was asked for';
comment on column image_export.modified_at is 'Its worker''s last sign of life';
