/** Of captures and their filters, and of what is measured. */
export const captures = {
  CAPTURES_LIMIT: 'En una máquina virtual se abren a la vez {{limit}} capturas como máximo. Termine alguna.',
  CAPTURE_NOT_RUNNING: 'Por este enlace no pasa nada: ninguna de sus máquinas virtuales está en marcha.',
  CAPTURE_NO_NIC: 'El enlace no está conectado a la máquina virtual que está en marcha.',
  CAPTURE_ELSEWHERE:
    'Las máquinas virtuales de esta zona están en el servidor {{host}}: entre allí para ver lo que pasa por sus enlaces.',
  FIGURES_ELSEWHERE:
    'Las máquinas virtuales de esta zona están en el servidor {{host}}: entre allí para ver lo que consumen.',
  SCREENS_ELSEWHERE:
    'Las máquinas virtuales de esta zona están en el servidor {{host}}: entre allí para ver sus pantallas.',
  FILTER_WORD_UNKNOWN:
    '«{{word}}» no es una palabra de los filtros. Son arp, ip, ip6, icmp, icmp6, tcp, udp, dns, dhcp, ospf, bgp, lldp, stp, vlan, host, net, port, ether, less, greater, broadcast y multicast.',
  FILTER_ENDS: 'Falta algo detrás de «{{word}}».',
  FILTER_NO_ADDRESS: '«{{word}}» no es una dirección IP.',
  FILTER_NO_NETWORK: '«{{word}}» no es una red; lo sería 10.0.0.0/8.',
  FILTER_NO_NUMBER: '«{{word}}» no es un número entero hasta {{most}}.',
  FILTER_NO_MAC: '«{{word}}» no es una dirección MAC; lo sería 52:54:00:00:00:01.',
  FILTER_NOT_CLOSED: 'Hay un paréntesis sin cerrar.',
  FILTER_NOT_OPENED: 'Se cierra un paréntesis que no se había abierto.',
  FILTER_NOT_JOINED: '«{{word}}» está detrás de una condición completa: únalas con && o ||.',
  FILTER_TOO_DEEP: 'Hay demasiados paréntesis o negaciones unos dentro de otros.',
  ACT_CAPTURE: 'No se pudo capturar lo que pasa por el enlace.',
} as const;
