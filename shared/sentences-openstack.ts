/** What the server says of zones on OpenStack, as `sentences.ts` says the rest. `{{says}}` is what the cloud has answered, word for word. */
export const openStackSentences = {
  // talking to a cloud
  OPENSTACK_SETTINGS_LACK: 'The zone’s settings lack: {{fields}}.',
  OPENSTACK_CREDENTIAL_LACKS:
    'The zone’s settings have no credential: an application credential (id and secret), or a user, a password and a project.',
  OPENSTACK_CA_WRONG: 'The CA certificate in the zone’s settings is no certificate in PEM form.',
  OPENSTACK_NOT_KEYSTONE:
    '{{url}} does not answer as Keystone, version 3, does. The auth URL is the one of OS_AUTH_URL in the cloud’s openrc file; it usually ends in /v3.',
  OPENSTACK_SIGN_IN_REFUSED:
    'The cloud does not take the credential: {{says}} Check it. An application credential ends with the account, or the role, of who made it.',
  OPENSTACK_NO_PROJECT:
    'The credential is good, but for no project. Name the project, or make an application credential in it.',
  OPENSTACK_NO_REGION: 'The cloud has no region {{region}}; it has {{regions}}.',
  OPENSTACK_WHICH_REGION: 'The cloud has several regions, {{regions}}: the zone’s settings have to name one.',
  OPENSTACK_NO_SERVICE:
    'The cloud’s catalogue has no {{interface}} endpoint of {{service}} in the region {{region}}. Another interface may have one.',
  OPENSTACK_TOO_OLD: '{{service}} speaks version {{max}} at most; {{needed}} is needed (OpenStack Zed, 2022, has it).',
  OPENSTACK_TOO_NEW: '{{service}} speaks version {{min}} at least; this version of Trama speaks {{spoken}} at most.',
  OPENSTACK_FORBIDDEN: 'The credential may not {{call}} at {{service}}: {{says}}',
  OPENSTACK_QUOTA: 'A quota of the project does not suffice: {{says}}',
  OPENSTACK_REFUSED: '{{service}} refused to {{call}}: {{says}}',
  OPENSTACK_CONFLICT: '{{service}} cannot {{call}} now: {{says}}',
  OPENSTACK_GONE: '{{service}} does not have it: {{says}}',
  OPENSTACK_BUSY: '{{service}} takes no more requests for now ({{status}}).',
  OPENSTACK_FAILED: '{{service}} failed to {{call}} ({{status}}): {{says}}',
  OPENSTACK_REDIRECT: '{{service}} redirects to {{location}}, which is not followed.',
  OPENSTACK_NOT_UNDERSTOOD: 'What {{service}} answers to “{{call}}” is not what OpenStack’s API says.',
  OPENSTACK_SAYS_NOTHING: 'it says nothing more.',

  // VMs in a cloud
  CLOUD_NOT_OFFERED: 'Zones on OpenStack do not offer this yet.',
  CLOUD_CONSOLE_READ_ONLY:
    'Where the cloud has no proxy for serial consoles, what they print is shown, and nothing can be typed there. Screens can be had.',
  CLOUD_CONSOLE_UNREACHABLE: 'The cloud’s console proxy at {{host}} cannot be reached from Trama’s server.',
  CLOUD_NO_SCREEN: 'The VM was started without a screen.',
  CLOUD_LINKS_PLAIN: 'Zones on OpenStack do not take links down, delay or slow them yet.',
  CLOUD_IMAGE_MISSING:
    'The cloud has no active image that is called {{image}}. Put one there: openstack image create --disk-format qcow2 --file FILE {{image}}',
  CLOUD_IMAGE_GONE:
    'For the image {{image}} the zone’s settings name {{wanted}}, which is not among the cloud’s active images. Put it there again, or name another one in the settings.',
  CLOUD_IMAGE_DELETED:
    'The image {{image}} is not in the cloud: it was not uploaded yet, or has been deleted there. Deploy the slice again, which uploads it, or check the image under Images.',
  CLOUD_IMAGE_DAMAGED:
    'What the cloud has as {{image}} is not what was uploaded. Delete it there (openstack image delete {{image}}), and try again.',
  CLOUD_IMAGE_STUCK:
    'The cloud has the image {{image}} as “{{status}}” and does not go on with it. If nobody uploads it, delete it there (openstack image delete {{image}}), and try again.',
  CLOUD_FLAVOUR_NONE_FITS:
    'None of the cloud’s flavours is as large as {{vm}} needs. Choose a smaller flavour, or another zone.',
  CLOUD_FLAVOUR_GONE:
    'For the flavour of {{vm}} the zone’s settings name {{flavour}}, which is not among the cloud’s flavours. An administrator can name another one.',
  CLOUD_FLAVOUR_SMALLER:
    'For the flavour of {{vm}} the zone’s settings name {{flavour}}, which is smaller: {{vcpus}} vCPUs, {{ramMb}} MiB of RAM, {{diskGb}} GiB of disk. An administrator can name another one.',
  CLOUD_FLAVOUR_NOT_LISTED:
    'The zone’s settings name none of the cloud’s flavours for that of {{vm}}, or it says a size of its own. Choose another flavour, or ask an administrator.',
  CLOUD_NO_HOST: 'No host of the cloud has room for it. Try a smaller flavour, or ask who runs the cloud.',
  CLOUD_FAULT_QUOTA: 'A quota of the cloud’s project does not suffice for it.',
  CLOUD_FAULT_IMAGE: 'The cloud cannot use its image: it may have been deleted there, or need more RAM or disk.',
  CLOUD_FAULT_NETWORK:
    'The cloud could not plug in its network ports. Start it again; if it stays so, ask who runs the cloud.',
  CLOUD_FAULT_LATE: 'The cloud took too long to make it. Start it again.',
  CLOUD_FAULT: 'The cloud could not run it.',
  CLOUD_FAULT_SAYS: 'Nova says: {{says}}',

  // what a plan needs of a cloud’s quotas
  ZONE_LACKS_SERVERS: 'Zone {{zone}} has a quota for {{free}} more VMs; {{needs}} are needed.',
  ZONE_LACKS_NETWORKS:
    'Zone {{zone}} has a quota for {{free}} more networks; {{needs}} are needed: one for each network, link and slice.',
  ZONE_LACKS_SUBNETS:
    'Zone {{zone}} has a quota for {{free}} more subnets; {{needs}} are needed: one for each network and link.',
  ZONE_LACKS_PORTS: 'Zone {{zone}} has a quota for {{free}} more ports; {{needs}} are needed: one for each VM and NIC.',

  // what a test of the connection tells
  CLOUD_SIGNED_IN:
    'Signed in to project {{project}} as {{user}}, with the roles {{roles}}. The token is good for {{minutes}} min.',
  CLOUD_READER_ONLY:
    'The credential has only the roles {{roles}}: it may look, but make nothing. Give it the role “member” in the project.',
  CLOUD_CATALOGUE: 'The catalogue of region {{region}} has {{services}}.',
  CLOUD_COMPUTE: 'Nova speaks version {{max}}; {{spoken}} is used. {{flavours}} flavours, the smallest {{smallest}}.',
  CLOUD_NO_FLAVOURS: 'Nova shows this project no flavour: VMs need at least one.',
  CLOUD_FLAVOURS_GONE:
    'Not among the cloud’s flavours: {{flavours}}. VMs of the flavours that they are named for cannot be made.',
  CLOUD_FLAVOURS_LISTED: 'All flavours that are named are there.',
  CLOUD_FLAVOURS_MADE: 'The credential may make flavours.',
  CLOUD_FLAVOURS_NOT_MADE:
    'The credential may not make flavours: the smallest that fits is taken. Nova lets administrators make them.',
  CLOUD_AZ: 'VMs are made in the availability zone {{name}}.',
  CLOUD_AZ_MISSING: 'Nova has no availability zone {{name}} that takes VMs; it has {{names}}.',
  CLOUD_NETWORK: 'Neutron answers, with port security.',
  CLOUD_NETWORK_PAIRS: 'Neutron answers; ports are in the security group {{group}}, with all addresses allowed.',
  CLOUD_NO_PAIRS: 'Neutron lacks the extension allowed-address-pairs: guests could not pass on what others send.',
  CLOUD_GROUP_MISSING:
    'The project has no security group {{name}}, or several; it has {{names}}. Name one in the zone’s settings, by its id where names are alike.',
  CLOUD_NO_PORT_SECURITY:
    'Neutron lacks the extension port-security: frames that do not come from a port’s own address, as on links between routers, would be dropped.',
  CLOUD_EXTERNAL: 'The external network is {{network}}.',
  CLOUD_EXTERNAL_CHOSEN: 'The external network is {{network}}, the only one that there is.',
  CLOUD_EXTERNAL_NONE: 'The project sees no external network: no internet access, no forwarded ports.',
  CLOUD_EXTERNAL_MISSING: 'There is no external network {{name}}; there is {{names}}.',
  CLOUD_EXTERNAL_MANY:
    'There are several external networks, {{names}}: name one in the settings for internet access and forwarded ports.',
  CLOUD_IMAGE: 'Glance answers; the project sees {{images}} images.',
  CLOUD_IMAGES_GONE: 'Not among them: {{images}}. VMs of the images that they are named for cannot be made.',
  CLOUD_ROOM:
    'Used of the quotas: {{instances}} VMs, {{cores}} vCPUs, {{ram}} MiB of RAM, {{networks}} networks, {{ports}} ports.',
  CLOUD_ROOM_NONE:
    'The project has no quota left for a VM: {{instances}} VMs, {{cores}} vCPUs, {{ram}} MiB of RAM are used.',
  CLOUD_NOT_SUSPENDED: 'The cloud does not suspend the virtual machine: its host cannot, or has no room.',
  CLOUD_RULES_ALL: 'The credential is not narrowed by access rules.',
  CLOUD_RULES_LACK:
    'The application credential’s access rules lack: {{rules}}. Make one with them, or without access rules.',
  CLOUD_RULES_FIT: 'The application credential’s access rules allow all that is needed.',
} as const;
