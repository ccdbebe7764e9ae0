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
};
