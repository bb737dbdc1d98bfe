-- Images that are disks of virtual machines. New columns with constant defaults: older programs run on beside them, and
-- refuse to build on a disk as they refuse what is no archive.

alter table image_copy
    add column form       text   not null default 'ARCHIVE'
        constraint image_copy_form_known check (form in ('ARCHIVE', 'RAW', 'QCOW2', 'VHD', 'VMDK')),
    add column disk_bytes bigint not null default 0,
    add constraint image_copy_disk_has_a_size check ((form = 'ARCHIVE') = (disk_bytes = 0));
comment on column image_copy.form is 'What the bytes are: a root file system as ARCHIVE, or a disk in this format; told by their contents';
comment on column image_copy.disk_bytes is 'Size of the disk as a machine sees it; 0 for an archive';
