import type { Messages } from '../messages';
import type { problems as english } from '../en/problems';

export const problems: Messages<typeof english> = {
  DUPLICATE_KEY: 'Dos elementos tienen la clave {{key}}.',
  VM_NAME_RESERVED: 'Cada máquina llama «{{name}}» a sí misma o a su red. Hay que elegir otro nombre.',
  VM_NAME_INVALID: '«{{name}}» no es un nombre de host: letras, cifras y guiones, como máximo {{max}} caracteres.',
  DUPLICATE_VM_NAME: 'Dos MV se llaman {{name}}.',
  NETWORK_NAME_INVALID: '«{{name}}» no puede ser el nombre de una red.',
  DUPLICATE_NETWORK_NAME: 'Dos redes se llaman {{name}}.',
  DUPLICATE_FORWARD: '{{vm}} redirige dos veces su puerto {{port}}.',
  DUPLICATE_DISK: '{{vm}} tiene dos discos adicionales llamados {{label}}.',
  DUPLICATE_BOOT: '{{vm}} arrancaría dos veces desde {{label}}.',
  BOOT_UNKNOWN: '{{vm}} arrancaría desde el disco adicional {{label}}, que no tiene.',
  BOOT_OF_KERNEL: '{{vm}}: la imagen {{image}} arranca su propio kernel, sin otro orden.',
  DUPLICATE_FILE: '{{vm}} tiene dos veces el archivo de arranque {{path}}.',
  DUPLICATE_VARIABLE: '{{vm}} tiene dos veces la variable de entorno {{name}}.',
  VARIABLE_UNKNOWN:
    '{{vm}}: no existe la variable {{variable}}, en la línea {{line}} de {{place}}. Una barra invertida ante sus llaves la deja como está.',
  USER_DATA_NOT_TAKEN: '{{vm}}: la imagen {{image}} no admite datos de usuario.',
  PASSWORD_NOT_TAKEN: '{{vm}}: la imagen {{image}} no pide contraseña a nadie.',
  USER_DATA_NOT_YAML: '{{vm}}: la línea {{line}} de los datos de usuario no es YAML: {{reason}}',
  USER_DATA_NOT_CONFIG:
    '{{vm}}: los datos de usuario han de ser un cloud-config, nombres con valores. Lo que haría un script va bajo runcmd.',
  START_AFTER_UNKNOWN: '{{vm}} debe arrancar después de una MV que no existe ({{key}}).',
  START_AFTER_CYCLE: '{{vm}} se espera a sí misma: {{path}}.',
  READY_PORT_NOT_FORWARDED: '{{vm}} está lista cuando responde su puerto {{port}}, que no está redirigido por TCP.',
  EDGE_DANGLING: 'Un enlace lleva a {{node}}, que no existe.',
  EDGE_SELF_LOOP: '{{name}} está enlazado consigo mismo.',
  EDGE_SOURCE_NOT_VM: 'Un enlace empieza en la red {{network}}: los enlaces empiezan en una MV.',
  TOO_MANY_NICS: '{{vm}} tiene {{count}} enlaces; una MV tiene como máximo {{max}}.',
  FLAVOUR_UNKNOWN: '{{vm}} tiene un sabor que no existe.',
  FLAVOUR_RETIRED: '{{vm}} no puede tener el sabor {{flavour}}: está retirado.',
  IMAGE_UNKNOWN: '{{vm}} tiene una imagen que no existe.',
  IMAGE_RETIRED: '{{vm}} no puede tener la imagen {{image}}: está retirada.',
  IMAGE_NEEDS_RAM: '{{vm}}: la imagen {{image}} necesita {{needed}} MiB de RAM, {{flavour}} tiene {{given}}.',
  SIZE_NEEDS_RAM: '{{vm}}: la imagen {{image}} necesita {{needed}} MiB de RAM, su tamaño propio tiene {{given}}.',
  SIZE_NOT_ALLOWED:
    '{{vm}} tiene CPU o RAM propias, y el rol de su propietario no lo permite. Dele el tamaño de un sabor.',
  IMAGE_NEEDS_DISK: '{{vm}}: la imagen {{image}} necesita {{needed}} GiB de disco, {{flavour}} tiene {{given}}.',
  SUBNET_SIZE:
    '{{name}}: {{subnet}} no puede ser su subred. Puede serlo una con prefijo de longitud {{least}} a {{longest}}.',
  SUBNET_HOST_BITS: '{{name}}: {{address}} es una dirección de la subred {{subnet}}.',
  SUBNET_SPECIAL: '{{name}}: {{subnet}} no puede usarse, porque {{range}} está reservado.',
  SUBNET_OVERLAPS: '{{name}}: {{subnet}} se solapa con {{other}} de {{owner}}.',
  SUBNET_TOO_SMALL: '{{name}}: tiene {{count}} NIC, y {{subnet}} tiene direcciones para {{room}}.',
  ADDRESS_OF_SERVER:
    '{{name}}: {{address}} es la dirección del servidor DHCP de {{network}}, que tiene la más alta de su subred.',
  RANGE_WITHOUT_SUBNET: '{{name}}: para el rango {{range}} hay que elegir también su subred.',
  RANGE_WITH_DHCP:
    '{{name}}: un servidor DHCP da direcciones de toda la subred, no solo de {{range}}. Elija uno de los dos.',
  RANGE_OUTSIDE:
    '{{name}}: {{range}} no es parte de {{subnet}}. Indique su primera dirección y la longitud del prefijo.',
  ADDRESS_OUTSIDE_RANGE:
    '{{name}}: {{address}} no está en {{range}}, el rango que las NIC de este slice tienen en {{subnetOf}}.',
  SUBNET_OF_ATTACHMENT: '{{name}}: una conexión está en la subred de {{network}}. Elíjala allí.',
  IPV6_NO_SUBNET: '{{name}}: {{subnet}} no es una subred de IPv6, que es un /64 con ceros detrás, como fd00:1::/64.',
  IPV6_SPECIAL: '{{name}}: {{subnet}} no puede usarse. Elija una que empiece por fd00:, pero no por fd00:7472:.',
  IPV6_OVERLAPS: '{{name}}: {{subnet}} ya es la de {{other}}.',
  MTU_BELOW_IPV6: '{{name}}: IPv6 requiere una MTU de al menos {{least}}.',
  SUBNETS_USED_UP: '{{name}}: junto a {{subnet}} no quedan subredes para lo que no tiene una propia.',
  ADDRESS_WITHOUT_SUBNET: '{{name}}: para la dirección {{address}} hay que elegir también la subred de {{subnetOf}}.',
  ADDRESS_OUTSIDE: '{{name}}: {{address}} no está en {{subnet}}, la subred de {{subnetOf}}.',
  ADDRESS_OF_SUBNET: '{{name}}: {{address}} es la dirección de la propia subred {{subnet}}, o de todos en ella.',
  DUPLICATE_ADDRESS: '{{name}} tiene la dirección {{address}}, que ya tiene {{other}}.',
  END_WITHOUT_NIC: '{{network}} es una red: en su extremo no hay ninguna NIC que pueda tener una dirección.',
  MAC_NOT_UNICAST: '{{name}}: {{mac}} no es la dirección de una sola NIC. Elija una cuya segunda cifra sea par.',
  MAC_RESERVED:
    '{{name}}: las direcciones que empiezan por {{reserved}} se asignan a las NIC que no tienen una propia.',
  DUPLICATE_NIC: '{{name}}: {{link}} no puede estar en eth{{nic}}, que es la de {{other}}.',
  DUPLICATE_MAC: '{{name}} tiene la dirección MAC {{mac}}, que ya tiene {{other}}.',
};
