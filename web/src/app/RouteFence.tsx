import { Component, type ReactNode } from "react";
import { ErrorNotice } from "../parts/ErrorNotice";

interface State {
  error: unknown;
}

// A page that fails leaves the rest of the console standing.
export class RouteFence extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <ErrorNotice error={this.state.error} onRetry={() => this.setState({ error: undefined })} />
    );
  }
}
