import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import './side-panel.css';

interface SidePanelProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
}

/** A dialog at the right edge: takes the focus, gives it back, closes by Escape. */
export function SidePanel({ opened, onClose, title, children }: SidePanelProps) {
  return (
    <Drawer.Root
      opened={opened}
      onClose={onClose}
      position="right"
      size="min(560px, 100vw)"
      // The kit locks scrolling with an inline style element; frame.css does it instead.
      lockScroll={false}
    >
      <Drawer.Overlay backgroundOpacity={0.45} />
      <Drawer.Content>
        {/* The kit's own header element would be a second banner landmark. */}
        <div className="side-panel__head">
          <Drawer.Title>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </div>
        <Drawer.Body className="side-panel__body">{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
