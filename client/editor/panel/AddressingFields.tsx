import { withoutPrefix } from '#shared/topology/prefix';
import { Fieldset, Stack, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import {
  ipv6Schema,
  macSchema,
  mtuSchema,
  ownAddress6Schema,
  ownAddressSchema,
  ownSubnetSchema,
} from '#shared/topology/addressing-schema';
import { serverAddress } from '#shared/topology/ipv4';
import { address6Of, subnet6Of } from '#shared/topology/ipv6';
import { drawingLimits } from '#shared/topology/limits';
import type { TopologyEdge, TopologyNetwork } from '#shared/topology/schema';
import type { EdgeFields, NetworkFields } from '../document';
import { useProblemText } from '../problem-text';
import { ChosenField } from './ChosenField';

const readSubnet = (text: string) => ownSubnetSchema.safeParse(text).data;
const readSubnet6 = (text: string) => (text === 'given' ? undefined : ipv6Schema.safeParse(text).data);
const readAddress = (text: string) => ownAddressSchema.safeParse(text).data;
const readAddress6 = (text: string) => ownAddress6Schema.safeParse(text).data;
const readMac = (text: string) => macSchema.safeParse(text).data;
const readMtu = (text: string) => mtuSchema.safeParse(/^\d+$/.test(text) ? Number(text) : undefined).data;
/** Without its prefix length, which is that of the subnet. */
const bare = (address: string | undefined) => (address === undefined ? undefined : withoutPrefix(address));

interface SubnetFieldsProps {
  part: Pick<TopologyNetwork, 'ownSubnet' | 'subnets' | 'ipv6' | 'mtu'>;
  /** A link between two VMs, or a network: it has a subnet. */
  hasSubnet: boolean;
  problemOf: (field: string) => string | undefined;
  onChange: (fields: Pick<NetworkFields, 'ownSubnet' | 'ipv6' | 'mtu'>, join: string) => void;
}

function SubnetFields({ part, hasSubnet, problemOf, onChange }: SubnetFieldsProps) {
  const { t } = useTranslation('editor');
  return (
    <>
      {(hasSubnet || part.ownSubnet !== undefined) && (
        <ChosenField
          label={t('addressing.subnet')}
          description={t('addressing.subnetHint')}
          value={part.ownSubnet}
          placeholder={part.subnets?.[0] ?? t('addressing.given')}
          read={readSubnet}
          invalid={t('addressing.subnetInvalid')}
          problem={problemOf('ownSubnet')}
          onChange={(ownSubnet) => onChange({ ownSubnet }, 'ownSubnet')}
        />
      )}
      {(hasSubnet || part.ipv6 !== undefined) && (
        <Switch
          label={t('addressing.ipv6')}
          description={t('addressing.ipv6Hint')}
          checked={part.ipv6 !== undefined}
          onChange={(event) => onChange({ ipv6: event.currentTarget.checked ? 'given' : undefined }, 'ipv6')}
        />
      )}
      {part.ipv6 !== undefined && (
        <ChosenField
          label={t('addressing.ipv6Subnet')}
          value={part.ipv6 === 'given' ? undefined : part.ipv6}
          placeholder={subnet6Of(part.ownSubnet ?? part.subnets?.[0] ?? '', 'given') ?? t('addressing.given')}
          read={readSubnet6}
          invalid={t('addressing.ipv6Invalid')}
          problem={problemOf('ipv6')}
          onChange={(ipv6) => onChange({ ipv6: ipv6 ?? 'given' }, 'ipv6')}
        />
      )}
      <ChosenField
        label={t('addressing.mtu')}
        description={t('addressing.mtuHint')}
        value={part.mtu}
        placeholder="1500"
        read={readMtu}
        invalid={t('addressing.mtuInvalid', { least: drawingLimits.leastMtu, most: drawingLimits.mostMtu })}
        problem={problemOf('mtu')}
        onChange={(mtu) => onChange({ mtu }, 'mtu')}
      />
    </>
  );
}

interface NetworkAddressingProps {
  network: TopologyNetwork;
  problems: readonly Problem[];
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (fields: NetworkFields, join: string) => void;
}

/** Subnet, MTU, gateways and DHCP of a network. Give it the network's key as `key`. */
export function NetworkAddressing({ network, problems, onChange }: NetworkAddressingProps) {
  const { t } = useTranslation('editor');
  const problemText = useProblemText();
  const problemOf = (field: string) => {
    const problem = problems.find((one) => one.node === network.key && one.field === field);
    return problem && problemText(problem);
  };
  const { ownSubnet, ownRange, dhcp } = network;
  const server = dhcp === true ? serverAddress(ownSubnet ?? network.subnets?.[0]) : null;
  return (
    <>
      <SubnetFields part={network} hasSubnet problemOf={problemOf} onChange={onChange} />
      {(ownSubnet !== undefined || ownRange !== undefined) && (
        <ChosenField
          label={t('addressing.range')}
          description={t('addressing.rangeHint')}
          value={ownRange}
          placeholder={ownSubnet ?? t('addressing.given')}
          read={readSubnet}
          invalid={t('addressing.rangeInvalid')}
          problem={problemOf('ownRange')}
          onChange={(range) => onChange({ ownRange: range }, 'ownRange')}
        />
      )}
      <ChosenField
        label={t('addressing.gateway')}
        description={t('addressing.gatewayHint')}
        value={network.gateway}
        placeholder={t('addressing.gatewayNone')}
        read={readAddress}
        invalid={t('addressing.addressInvalid')}
        problem={problemOf('gateway')}
        onChange={(gateway) => onChange({ gateway }, 'gateway')}
      />
      {(network.ipv6 !== undefined || network.gateway6 !== undefined) && (
        <ChosenField
          label={t('addressing.gateway6')}
          description={t('addressing.gateway6Hint')}
          value={network.gateway6}
          placeholder={t('addressing.gatewayNone')}
          read={readAddress6}
          invalid={t('addressing.address6Invalid')}
          problem={problemOf('gateway6')}
          onChange={(gateway6) => onChange({ gateway6 }, 'gateway6')}
        />
      )}
      <Switch
        label={t('addressing.dhcp')}
        description={server === null ? t('addressing.dhcpHint') : t('addressing.dhcpServer', { server })}
        checked={dhcp === true}
        onChange={(event) => onChange({ dhcp: event.currentTarget.checked || undefined }, 'dhcp')}
      />
    </>
  );
}

interface EdgeAddressingProps {
  edge: TopologyEdge;
  /** The names of its ends, the source first. */
  ends: readonly [string, string];
  /** It joins two VMs. */
  isLink: boolean;
  /** That of the network which it is attached to. */
  networkIpv6: TopologyNetwork['ipv6'];
  problems: readonly Problem[];
  onChange: (fields: EdgeFields, join: string) => void;
}

/** Subnet and MTU of a link, and what the NICs at its ends have. Give it the edge's key as `key`. */
export function EdgeAddressing({ edge, ends, isLink, networkIpv6, problems, onChange }: EdgeAddressingProps) {
  const { t } = useTranslation('editor');
  const problemText = useProblemText();
  const problemOf = (field: string) => {
    const problem = problems.find((one) => one.edge === edge.key && one.field === field);
    return problem && problemText(problem);
  };
  return (
    <Fieldset legend={t('addressing.title')}>
      <Stack gap="sm">
        <SubnetFields part={edge} hasSubnet={isLink} problemOf={problemOf} onChange={onChange} />
        {(['source', 'target'] as const).map((end, index) => {
          const name = ends[index] ?? '?';
          const [address, address6, mac] = [`${end}OwnAddress`, `${end}OwnAddress6`, `${end}Mac`] as const;
          const given = edge[`${end}Nic`]?.addresses[0];
          const ipv6 = isLink ? edge.ipv6 : networkIpv6;
          // a network has no NIC at its end; what a document says of one can be taken away
          const isShown = (field: typeof address | typeof address6 | typeof mac) =>
            end === 'source' || isLink || edge[field] !== undefined;
          return [
            isShown(address) && (
              <ChosenField
                key={address}
                label={t('addressing.address', { name })}
                value={edge[address]}
                placeholder={bare(given) ?? t('addressing.given')}
                read={readAddress}
                invalid={t('addressing.addressInvalid')}
                problem={problemOf(address)}
                onChange={(value) => onChange({ [address]: value }, address)}
              />
            ),
            (edge[address6] !== undefined || (ipv6 !== undefined && isShown(address6))) && (
              <ChosenField
                key={address6}
                label={t('addressing.address6', { name })}
                value={edge[address6]}
                placeholder={bare(address6Of(given, ipv6)) ?? t('addressing.given')}
                read={readAddress6}
                invalid={t('addressing.address6Invalid')}
                problem={problemOf(address6)}
                onChange={(value) => onChange({ [address6]: value }, address6)}
              />
            ),
            isShown(mac) && (
              <ChosenField
                key={mac}
                label={t('addressing.mac', { name })}
                value={edge[mac]}
                placeholder={t('addressing.given')}
                read={readMac}
                invalid={t('addressing.macInvalid')}
                problem={problemOf(mac)}
                onChange={(value) => onChange({ [mac]: value }, mac)}
              />
            ),
          ];
        })}
      </Stack>
    </Fieldset>
  );
}
