import { ActionIcon, Menu } from "@mantine/core";
import {
  IconDots,
  IconLockOpen,
  IconPlayerPause,
  IconPlayerPlay,
  IconRotate,
  IconTrash,
  IconUserCheck,
} from "@tabler/icons-react";
import type { MemberAct } from "./queries";
import { stateOf, type Member } from "./types";

interface Props {
  member: Member;
  hasPasswords: boolean;
  onAct: (act: MemberAct, member: Member) => void;
  onEnrol: (member: Member) => void;
}

// What can be done with one line of the roster.
export function MemberMenu({ member, hasPasswords, onAct, onEnrol }: Props) {
  const registered = member.state === "registered" || member.state === "activated";
  return (
    <Menu position="bottom-end" shadow="md" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${member.name}`}>
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {hasPasswords && member.enabled ? (
          <Menu.Item leftSection={<IconUserCheck size={16} />} onClick={() => onEnrol(member)}>
            Enrol now
          </Menu.Item>
        ) : null}
        {stateOf(member, Date.now()) === "locked" ? (
          <Menu.Item
            leftSection={<IconLockOpen size={16} />}
            onClick={() => onAct("unlock", member)}
          >
            Unlock
          </Menu.Item>
        ) : null}
        {registered ? (
          <Menu.Item leftSection={<IconRotate size={16} />} onClick={() => onAct("reset", member)}>
            Reset
          </Menu.Item>
        ) : null}
        {member.enabled ? (
          <Menu.Item
            leftSection={<IconPlayerPause size={16} />}
            onClick={() => onAct("disable", member)}
          >
            Disable
          </Menu.Item>
        ) : (
          <Menu.Item
            leftSection={<IconPlayerPlay size={16} />}
            onClick={() => onAct("enable", member)}
          >
            Enable
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} />}
          onClick={() => onAct("delete", member)}
        >
          Take off the list
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
