import { Alert, Anchor, Stack, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { Link } from "react-router";
import { CliButton } from "../../parts/CliHint";
import { JsonView } from "../../parts/JsonView";
import { Panel } from "../../parts/Panel";
import { ConnectionDot, StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { reasonWords } from "../devices/fleet";
import { templatePage } from "../templates/links";
import { DeleteDevice, DeleteEnrollment, DeleteRegistration } from "./Deleting";
import classes from "./device.module.css";
import { Facts } from "./Facts";
import { Certificate, Fingerprint } from "./Fingerprint";
import { DeviceSwitch, EnrollmentSwitch } from "./Switching";
import type { DeviceFacts } from "./useDevice";
import type { TrustSlot } from "./types";
import { attestationWords, substatusWords } from "./words";

interface Props {
  facts: DeviceFacts;
  onChange: () => void;
}

function Mono({ children }: { children: string }) {
  return <code className={classes.mono}>{children}</code>;
}

function RegistrationPanel({ facts, onChange }: Props) {
  const { registration, scope } = facts;
  if (registration === null) {
    return (
      <Panel title="Registration" lead="What happened when it asked to be let in">
        <Text fz="sm" c="dimmed">
          {facts.kind === "identity"
            ? "None: an operator made it at its hub by hand, so it connects without registering."
            : "None yet: it has not registered since it was enrolled."}
        </Text>
      </Panel>
    );
  }
  const { hub, hubHost, deviceId, measured, issuedCertificate, payload } = registration;
  return (
    <Panel
      title="Registration"
      lead="What happened when it asked to be let in"
      actions={<CliButton command={["registration", "show", registration.id]} flags={{ scope }} />}
    >
      <Facts
        facts={[
          ["Status", <StatusBadge key="status" status={registration.status} />],
          registration.approval === undefined || registration.approval === "none"
            ? null
            : ["Approval", <StatusBadge key="approval" status={registration.approval} />],
          registration.reason === null ? null : ["Reason", reasonWords(registration.reason)],
          registration.substatus === null
            ? null
            : ["How", substatusWords(registration.substatus)],
          ["Registration id", <Mono key="id">{registration.id}</Mono>],
          registration.member === null
            ? null
            : ["Name in the roster", <Mono key="member">{registration.member}</Mono>],
          ["Hub", hub === null ? "none" : hub],
          hubHost === null ? null : ["Hub host", <Mono key="host">{hubHost}</Mono>],
          deviceId === null ? null : ["Device id there", <Mono key="did">{deviceId}</Mono>],
          ["Proved itself with", attestationWords(registration.attestation)],
          measured.length === 0
            ? null
            : [
                "Firmware",
                <div key="measured">
                  {measured.map((digest) => (
                    <div key={digest}>
                      <Fingerprint sha256={digest} />
                    </div>
                  ))}
                </div>,
              ],
          issuedCertificate === null
            ? null
            : [
                "Was issued",
                <Fingerprint key="issued" sha256={issuedCertificate.sha256} />,
              ],
          registration.reset ? ["Reset", "yes: it must register again"] : null,
          registration.activatedAt === null
            ? null
            : ["First connected", <TimeAgo key="activated" at={registration.activatedAt} />],
          ["First registered", <TimeAgo key="created" at={registration.createdAt} />],
          ["Last changed", <TimeAgo key="updated" at={registration.updatedAt} />],
        ]}
      />
      {payload === null || payload === undefined ? null : (
        <>
          <Text fz="xs" c="dimmed" mt="sm" mb={4}>
            What it sent along when it registered
          </Text>
          <JsonView value={payload} label="registration payload" maxHeight={200} />
        </>
      )}
      <div className={classes.actions}>
        <DeleteRegistration registration={registration} onChange={onChange} />
      </div>
    </Panel>
  );
}

function Slot({ name, slot }: { name: string; slot: TrustSlot | null | undefined }) {
  if (!slot) return null;
  return (
    <>
      <Text fz="xs" c="dimmed" mt="sm">
        {name}
      </Text>
      {slot.certificate === null ? (
        <Text fz="sm">Any certificate of the CA {slot.ca}</Text>
      ) : (
        <Certificate certificate={slot.certificate} />
      )}
    </>
  );
}

function EnrollmentPanel({ facts, onChange }: Props) {
  const { enrollment, row, scope, kind } = facts;
  if (enrollment === null) {
    const gone = row?.enrollment ?? facts.registration?.enrollment;
    return (
      <Panel title="Enrollment" lead="The permission to register">
        <Text fz="sm" c="dimmed">
          {kind === "identity"
            ? "None: it needs none to connect, and it cannot register."
            : gone
              ? `The ${gone.kind === "group" ? "group" : "enrollment"} ${gone.id} is gone: the ` +
                "device can connect, and it cannot register again."
              : "None."}
        </Text>
      </Panel>
    );
  }
  const group = enrollment.kind === "group";
  const noun = group ? "enrollment-group" : "enrollment";
  const { attestation } = enrollment;
  return (
    <Panel
      title="Enrollment"
      lead="The permission to register"
      actions={<CliButton command={[noun, "show", enrollment.id]} flags={{ scope }} />}
    >
      <Facts
        facts={[
          ["Kind", group ? "A group: many devices" : "Of this device alone"],
          ["Id", <Mono key="id">{enrollment.id}</Mono>],
          enrollment.displayName === enrollment.id ? null : ["Name", enrollment.displayName],
          ["State", <StatusBadge key="on" status={enrollment.enabled ? "active" : "disabled"} />],
          ["Proof", attestationWords(attestation.type)],
          [
            "Hubs",
            enrollment.hubs.length === 0
              ? "any that is linked to the scope"
              : enrollment.hubs.join(", "),
          ],
          attestation.endorsementKey === undefined
            ? null
            : ["Endorsement key", <Mono key="ek">{attestation.endorsementKey}</Mono>],
          ["Made", <TimeAgo key="made" at={enrollment.createdAt} />],
        ]}
      />
      <Slot name="Primary certificate" slot={attestation.primary} />
      <Slot name="Secondary certificate" slot={attestation.secondary} />
      {enrollment.warnings.map((warning) => (
        <Alert key={warning} color="yellow" variant="light" mt="sm" p="xs">
          {warning}
        </Alert>
      ))}
      {group ? (
        <Text fz="xs" c="dimmed" mt="sm">
          Switching the group off refuses all of its devices; this page does not do that.
        </Text>
      ) : (
        <div className={classes.actions}>
          <EnrollmentSwitch enrollment={enrollment} onChange={onChange} />
          <DeleteEnrollment enrollment={enrollment} onChange={onChange} />
        </div>
      )}
    </Panel>
  );
}

function HubPanel({ facts, onChange }: Props) {
  const { device } = facts;
  if (device === null) {
    return (
      <Panel title="At its hub" lead="Where it connects and lives">
        <Text fz="sm" c="dimmed">
          It is at no hub. It gets there by registering.
        </Text>
      </Panel>
    );
  }
  const { connection } = device;
  const connected = connection?.connected ?? null;
  return (
    <Panel
      title="At its hub"
      lead="Where it connects and lives"
      actions={
        <CliButton command={["device", "show", device.id]} flags={{ "hub-name": device.hub }} />
      }
    >
      <Facts
        facts={[
          ["Connection", <ConnectionDot key="on" connected={connected} />],
          connection === null ? null : ["Since", <TimeAgo key="at" at={connection.changedAt} />],
          connection === null || connection.transport === null
            ? null
            : [
                "Over",
                [connection.transport, connection.dialect].filter(Boolean).join(", "),
              ],
          connection === null || connection.source === null
            ? null
            : ["From", <Mono key="from">{connection.source}</Mono>],
          ["State", <StatusBadge key="st" status={device.enabled ? "active" : "disabled"} />],
          ["Hub", device.hub],
          ["Device id", <Mono key="id">{device.id}</Mono>],
          ["Proves itself with", attestationWords(device.attestation)],
          device.role === "device" ? null : ["Role", device.role],
          device.serial === null ? null : ["Serial", <Mono key="sn">{device.serial}</Mono>],
          device.group === null ? null : ["Member of", device.group],
          device.caSigned ? ["Certificate", "any that a verified CA vouches for"] : null,
          device.awaitsActivation ? ["Activation", "has not used its credential yet"] : null,
          device.iotEdge ? ["Kind", "edge device"] : null,
          ["Made", <TimeAgo key="made" at={device.createdAt} />],
          ["Changed", <TimeAgo key="changed" at={device.updatedAt} />],
        ]}
      />
      {device.certificate === null ? null : (
        <>
          <Text fz="xs" c="dimmed" mt="sm">
            Its certificate
          </Text>
          <Certificate certificate={device.certificate} />
        </>
      )}
      {device.secondaryCertificate === null ? null : (
        <>
          <Text fz="xs" c="dimmed" mt="sm">
            Another one, for changing over
          </Text>
          <Certificate certificate={device.secondaryCertificate} />
        </>
      )}
      <div className={classes.actions}>
        <DeviceSwitch device={device} onChange={onChange} />
        {device.registration === null ? (
          <DeleteDevice device={device} onChange={onChange} />
        ) : null}
      </div>
    </Panel>
  );
}

function TemplatePanel({ facts }: { facts: DeviceFacts }) {
  const { row, registration, device, scope } = facts;
  const template = device?.template ?? registration?.template ?? row?.template ?? null;
  const model = device?.model ?? registration?.model ?? row?.model ?? null;
  const to = `${templatePage(template ?? "")}?scope=${encodeURIComponent(scope)}`;
  return (
    <Panel title="Template" lead="What kind of device it says it is">
      <Facts
        facts={[
          [
            "Template",
            template ? (
              <Anchor component={Link} to={to} fz="sm" key="template">
                {template}
              </Anchor>
            ) : (
              "unassigned"
            ),
          ],
          ["Model", model ? <Mono key="model">{model}</Mono> : "it named none"],
        ]}
      />
      {!template && model ? (
        <Alert
          mt="sm"
          p="xs"
          variant="light"
          color="yellow"
          icon={<IconInfoCircle size={17} aria-hidden />}
        >
          This scope has no template of that model.{" "}
          <Anchor component={Link} to={`/templates?scope=${encodeURIComponent(scope)}`} fz="sm">
            Make one
          </Anchor>{" "}
          with this id, and devices that name it are assigned when they register.
        </Alert>
      ) : null}
    </Panel>
  );
}

export function Identity(props: Props) {
  return (
    <div className={classes.grid}>
      <Stack gap="md">
        <HubPanel {...props} />
        <TemplatePanel facts={props.facts} />
      </Stack>
      <Stack gap="md">
        <RegistrationPanel {...props} />
        <EnrollmentPanel {...props} />
      </Stack>
    </div>
  );
}
