-- Templates that run Packer, and the images that it makes in clouds. Expand only: an older program knows of neither, and
-- would build nothing on the base image of such a template; name no Packer file before all processes are of this release.

alter table template
    add column packer_file text;
comment on column template.packer_file is 'File of the context that Packer builds, instead of build_content; null: this is a template like others';

alter table image_copy
    add column artifact text,
    drop constraint image_copy_copied_has_digest,
    add constraint image_copy_copied_has_digest_or_artifact check
        (state <> 'COPIED' or artifact is not null or (digest is not null and bytes is not null)),
    add constraint image_copy_artifact_has_no_bytes check (artifact is null or (digest is null and state <> 'COPYING'));
comment on column image_copy.artifact is 'What a cloud calls the images that Packer made there, separated by a comma and a blank; their bytes are not in the region''s store. null for all other images';
