/** All keys of the page that is open, from the same list that makes them work. */
import { Dialog } from "../parts/Dialog";
import { Key } from "../parts/parts";
import { words } from "../words";
import { useKeyGroups } from "./keys";

export function KeysOverlay({ onClose }: { onClose: () => void }) {
  const groups = useKeyGroups();
  return (
    <Dialog title={words.keys.title} onClose={onClose} testid="keys-overlay">
      <p className="hint">{words.keys.hint}</p>
      <div className="key-groups">
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.bindings
                .filter((binding) => !binding.hidden)
                .map((binding) => (
                  <div key={binding.keys[0]}>
                    <dt>{binding.keys.map((key) => <Key key={key} name={key} />)}</dt>
                    <dd>{binding.label}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
