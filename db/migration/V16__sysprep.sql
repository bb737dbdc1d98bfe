-- What builds on disks take away at their end. An older program builds on no disk, and so takes nothing away.

alter table template
    add column sysprep text[] not null
        default '{machine-id,ssh-host-keys,cloud-init,logs,apt-lists,random-seed}'
        constraint template_sysprep_known check (sysprep <@
            array['machine-id', 'ssh-host-keys', 'cloud-init', 'logs', 'apt-lists', 'random-seed']);
comment on column template.sysprep is 'What a build on a disk removes at its end because it belongs to one machine; all of it unless its account has said otherwise';
