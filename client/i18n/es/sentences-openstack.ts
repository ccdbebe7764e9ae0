import type { openStackSentences as english } from '#shared/sentences-openstack';

/** Lo que el servidor dice de zonas en OpenStack. */
export const openStackSentences: Record<keyof typeof english, string> = {
  OPENSTACK_SETTINGS_LACK: 'En los ajustes de la zona falta: {{fields}}.',
  OPENSTACK_CREDENTIAL_LACKS:
    'Los ajustes de la zona no tienen credencial: una credencial de aplicación (id y secreto), o un usuario, una contraseña y un proyecto.',
  OPENSTACK_CA_WRONG: 'El certificado de la CA en los ajustes de la zona no es un certificado en formato PEM.',
  OPENSTACK_NOT_KEYSTONE:
    '{{url}} no responde como Keystone, versión 3. La URL de autenticación es la de OS_AUTH_URL en el archivo openrc de la nube; suele terminar en /v3.',
  OPENSTACK_SIGN_IN_REFUSED:
    'La nube no acepta la credencial: {{says}} Revísela. Una credencial de aplicación termina con la cuenta, o el rol, de quien la creó.',
  OPENSTACK_NO_PROJECT:
    'La credencial es válida, pero para ningún proyecto. Indique el proyecto o cree una credencial de aplicación en él.',
  OPENSTACK_NO_REGION: 'La nube no tiene la región {{region}}; tiene {{regions}}.',
  OPENSTACK_WHICH_REGION: 'La nube tiene varias regiones, {{regions}}: los ajustes de la zona deben nombrar una.',
  OPENSTACK_NO_SERVICE:
    'El catálogo de la nube no tiene ningún punto de acceso {{interface}} de {{service}} en la región {{region}}. Quizá otra interfaz lo tenga.',
  OPENSTACK_TOO_OLD:
    '{{service}} habla como mucho la versión {{max}}; se necesita la {{needed}} (OpenStack Zed, de 2022, la tiene).',
  OPENSTACK_TOO_NEW:
    '{{service}} habla como mínimo la versión {{min}}; esta versión de Trama habla como mucho la {{spoken}}.',
  OPENSTACK_FORBIDDEN: 'La credencial no permite {{call}} en {{service}}: {{says}}',
  OPENSTACK_QUOTA: 'Una cuota del proyecto no alcanza: {{says}}',
  OPENSTACK_REFUSED: '{{service}} rechazó {{call}}: {{says}}',
  OPENSTACK_CONFLICT: '{{service}} no puede hacer {{call}} ahora: {{says}}',
  OPENSTACK_GONE: '{{service}} no lo tiene: {{says}}',
  OPENSTACK_BUSY: '{{service}} no admite más peticiones por ahora ({{status}}).',
  OPENSTACK_FAILED: '{{service}} falló en {{call}} ({{status}}): {{says}}',
  OPENSTACK_REDIRECT: '{{service}} redirige a {{location}}, lo que no se sigue.',
  OPENSTACK_NOT_UNDERSTOOD: 'Lo que {{service}} responde a «{{call}}» no es lo que dice la API de OpenStack.',
  OPENSTACK_SAYS_NOTHING: 'no dice nada más.',

  CLOUD_NOT_OFFERED: 'Las zonas en OpenStack aún no ofrecen esto.',
  CLOUD_CONSOLE_READ_ONLY:
    'Donde la nube no tiene proxy para consolas serie se muestra lo que imprimen y no se puede escribir en ellas. Sí hay pantallas.',
  CLOUD_CONSOLE_UNREACHABLE:
    'No se puede llegar desde el servidor de Trama al proxy de consolas de la nube en {{host}}.',
  CLOUD_NO_SCREEN: 'La VM se inició sin pantalla.',
  CLOUD_LINKS_PLAIN: 'Las zonas en OpenStack aún no cortan, retrasan ni frenan los enlaces.',
  CLOUD_IMAGE_MISSING:
    'La nube no tiene ninguna imagen activa que se llame {{image}}. Ponga una: openstack image create --disk-format qcow2 --file ARCHIVO {{image}}',
  CLOUD_IMAGE_GONE:
    'Para la imagen {{image}} los ajustes de la zona nombran {{wanted}}, que no está entre las imágenes activas de la nube. Póngala allí de nuevo, o nombre otra en los ajustes.',
  CLOUD_IMAGE_DELETED:
    'La imagen {{image}} no está en la nube: aún no se subió, o se borró allí. Despliegue el slice de nuevo, lo que la sube, o compruebe la imagen en Imágenes.',
  CLOUD_IMAGE_DAMAGED:
    'Lo que la nube tiene como {{image}} no es lo que se subió. Bórrela allí (openstack image delete {{image}}) y pruebe de nuevo.',
  CLOUD_IMAGE_STUCK:
    'La nube tiene la imagen {{image}} como «{{status}}» y no avanza. Si nadie la sube, bórrela allí (openstack image delete {{image}}) y pruebe de nuevo.',
  CLOUD_FLAVOUR_NONE_FITS:
    'Ningún tipo de máquina de la nube es tan grande como {{vm}} necesita. Elija un tamaño menor, u otra zona.',
  CLOUD_FLAVOUR_GONE:
    'Para el tamaño de {{vm}} los ajustes de la zona nombran {{flavour}}, que no está entre los tipos de máquina de la nube. Un administrador puede nombrar otro.',
  CLOUD_FLAVOUR_SMALLER:
    'Para el tamaño de {{vm}} los ajustes de la zona nombran {{flavour}}, que es menor: {{vcpus}} vCPU, {{ramMb}} MiB de RAM, {{diskGb}} GiB de disco. Un administrador puede nombrar otro.',
  CLOUD_FLAVOUR_NOT_LISTED:
    'Los ajustes de la zona no nombran ningún tipo de máquina de la nube para el tamaño de {{vm}}, o esta dice un tamaño propio. Elija otro tamaño, o pregunte a un administrador.',
  CLOUD_NO_HOST: 'Ninguna máquina de la nube tiene sitio. Pruebe con un tamaño menor o pregunte a quien lleva la nube.',
  CLOUD_FAULT_QUOTA: 'Una cuota del proyecto de la nube no alcanza.',
  CLOUD_FAULT_IMAGE: 'La nube no puede usar su imagen: quizá se borró allí, o necesita más RAM o disco.',
  CLOUD_FAULT_NETWORK:
    'La nube no pudo conectar sus puertos de red. Iníciela de nuevo; si sigue así, pregunte a quien lleva la nube.',
  CLOUD_FAULT_LATE: 'La nube tardó demasiado en crearla. Iníciela de nuevo.',
  CLOUD_FAULT: 'La nube no pudo ejecutarla.',
  CLOUD_FAULT_SAYS: 'Nova dice: {{says}}',

  ZONE_LACKS_SERVERS: 'La zona {{zone}} tiene cuota para {{free}} VM más; se necesitan {{needs}}.',
  ZONE_LACKS_NETWORKS:
    'La zona {{zone}} tiene cuota para {{free}} redes más; se necesitan {{needs}}: una por cada red, enlace y slice.',
  ZONE_LACKS_SUBNETS:
    'La zona {{zone}} tiene cuota para {{free}} subredes más; se necesitan {{needs}}: una por cada red y enlace.',
  ZONE_LACKS_PORTS:
    'La zona {{zone}} tiene cuota para {{free}} puertos más; se necesitan {{needs}}: uno por cada VM y NIC.',

  CLOUD_SIGNED_IN:
    'Sesión iniciada en el proyecto {{project}} como {{user}}, con los roles {{roles}}. El token vale {{minutes}} min.',
  CLOUD_READER_ONLY:
    'La credencial solo tiene los roles {{roles}}: puede mirar, pero no crear nada. Dele el rol «member» en el proyecto.',
  CLOUD_CATALOGUE: 'El catálogo de la región {{region}} tiene {{services}}.',
  CLOUD_COMPUTE:
    'Nova habla la versión {{max}}; se usa la {{spoken}}. {{flavours}} tipos de máquina, el menor {{smallest}}.',
  CLOUD_NO_FLAVOURS: 'Nova no muestra ningún tipo de máquina a este proyecto: las VM necesitan al menos uno.',
  CLOUD_FLAVOURS_GONE:
    'No están entre los tipos de máquina de la nube: {{flavours}}. No se pueden crear las VM de los tamaños para los que se nombran.',
  CLOUD_FLAVOURS_LISTED: 'Todos los tipos de máquina que se nombran están.',
  CLOUD_FLAVOURS_MADE: 'La credencial puede crear tipos de máquina.',
  CLOUD_FLAVOURS_NOT_MADE:
    'La credencial no puede crear tipos de máquina: se toma el menor que alcanza. Nova se lo permite a los administradores.',
  CLOUD_AZ: 'Las VM se crean en la zona de disponibilidad {{name}}.',
  CLOUD_AZ_MISSING: 'Nova no tiene ninguna zona de disponibilidad {{name}} que admita VM; tiene {{names}}.',
  CLOUD_NETWORK: 'Neutron responde, con seguridad de puertos.',
  CLOUD_NETWORK_PAIRS:
    'Neutron responde; los puertos están en el grupo de seguridad {{group}}, con todas las direcciones permitidas.',
  CLOUD_NO_PAIRS:
    'A Neutron le falta la extensión allowed-address-pairs: los invitados no podrían pasar lo que envían otros.',
  CLOUD_GROUP_MISSING:
    'El proyecto no tiene ningún grupo de seguridad {{name}}, o tiene varios; tiene {{names}}. Nombre uno en los ajustes de la zona, por su id si hay nombres iguales.',
  CLOUD_NO_PORT_SECURITY:
    'A Neutron le falta la extensión port-security: se descartarían las tramas que no vengan de la dirección propia de un puerto, como en enlaces entre routers.',
  CLOUD_EXTERNAL: 'La red externa es {{network}}.',
  CLOUD_EXTERNAL_CHOSEN: 'La red externa es {{network}}, la única que hay.',
  CLOUD_EXTERNAL_NONE: 'El proyecto no ve ninguna red externa: ni acceso a internet ni puertos redirigidos.',
  CLOUD_EXTERNAL_MISSING: 'No hay ninguna red externa {{name}}; hay {{names}}.',
  CLOUD_EXTERNAL_MANY:
    'Hay varias redes externas, {{names}}: nombre una en los ajustes para el acceso a internet y los puertos redirigidos.',
  CLOUD_IMAGE: 'Glance responde; el proyecto ve {{images}} imágenes.',
  CLOUD_IMAGES_GONE:
    'No están entre ellas: {{images}}. No se pueden crear las VM de las imágenes para las que se nombran.',
  CLOUD_ROOM:
    'Usado de las cuotas: {{instances}} VM, {{cores}} vCPU, {{ram}} MiB de RAM, {{networks}} redes, {{ports}} puertos.',
  CLOUD_ROOM_NONE:
    'Al proyecto no le queda cuota para una VM: se usan {{instances}} VM, {{cores}} vCPU, {{ram}} MiB de RAM.',
  CLOUD_NOT_SUSPENDED: 'La nube no suspende la máquina virtual: su host no puede, o no tiene espacio.',
  CLOUD_RULES_ALL: 'La credencial no está limitada por reglas de acceso.',
  CLOUD_RULES_LACK:
    'A las reglas de acceso de la credencial de aplicación les falta: {{rules}}. Cree una con ellas, o sin reglas de acceso.',
  CLOUD_RULES_FIT: 'Las reglas de acceso de la credencial de aplicación permiten todo lo necesario.',
};
