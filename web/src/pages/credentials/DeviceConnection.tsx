import { Addresses } from "./Addresses";
import { Approval } from "./Approval";
import { CompatibleCodes } from "./CompatibleCodes";
import classes from "./credentials.module.css";
import { GroupKeys } from "./GroupKeys";

export function DeviceConnection() {
  return (
    <div className={classes.connection}>
      <Addresses />
      <Approval />
      <div className={classes.whole}>
        <GroupKeys />
      </div>
      <div className={classes.whole}>
        <CompatibleCodes />
      </div>
    </div>
  );
}
