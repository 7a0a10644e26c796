import { Text, Tooltip } from "@mantine/core";
import {
  IconAnchor,
  IconCpu,
  IconGauge,
  IconPackage,
  IconQrcode,
  IconTemplate,
  IconUsers,
} from "@tabler/icons-react";
import { NavLink } from "react-router";
import classes from "./Navigation.module.css";
import { PAGES, type PageLink } from "./pages";

const ICONS = {
  overview: IconGauge,
  devices: IconCpu,
  credentials: IconQrcode,
  templates: IconTemplate,
  products: IconPackage,
  production: IconAnchor,
  people: IconUsers,
} as const;

interface Props {
  folded: boolean;
  onGo: () => void;
}

function Link({ link, folded, onGo }: Props & { link: PageLink }) {
  const Icon = ICONS[link.icon];
  return (
    <Tooltip
      label={folded ? `${link.label} (g ${link.key})` : `g ${link.key}`}
      position="right"
      openDelay={folded ? 100 : 700}
    >
      <NavLink
        to={link.to}
        end={link.to === "/"}
        className={classes.link ?? ""}
        aria-label={folded ? link.label : undefined}
        onClick={onGo}
      >
        <Icon size={18} stroke={1.7} aria-hidden />
        {folded ? null : <span>{link.label}</span>}
      </NavLink>
    </Tooltip>
  );
}

export function Navigation({ folded, onGo }: Props) {
  return (
    <nav aria-label="Pages" className={classes.pages}>
      {PAGES.map((group) => (
        <div key={group.label} className={classes.group}>
          {folded ? (
            <div className={classes.rule} />
          ) : (
            <Text className={classes.label} component="div">
              {group.label}
            </Text>
          )}
          {group.links.map((link) => (
            <Link key={link.to} link={link} folded={folded} onGo={onGo} />
          ))}
        </div>
      ))}
    </nav>
  );
}
