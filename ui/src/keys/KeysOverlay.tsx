/** All keys of the page that is open, from the same list that makes them work. */
import { Dialog } from "../parts/Dialog";
import { Key } from "../parts/parts";
import { words } from "../words";
import { useKeyGroups } from "./keys";

export function KeysOverlay({ onClose }: { onClose: () => void }) {
  const groups = useKeyGroups();
  // A key that a later group has too does what that group says: it is listed there alone.
  const taken = (at: number) => new Set(groups.slice(at + 1).flatMap((group) => group.bindings.flatMap((binding) => binding.keys)));
  return (
    <Dialog title={words.keys.title} onClose={onClose} testid="keys-overlay">
      <p className="hint">{words.keys.hint}</p>
      <div className="key-groups">
        {groups.map((group, at) => {
          const elsewhere = taken(at);
          return (
            <section key={group.title}>
              <h3>{group.title}</h3>
              <dl>
                {group.bindings
                  .filter((binding) => !binding.hidden)
                  .map((binding) => ({ ...binding, keys: binding.keys.filter((key) => !elsewhere.has(key)) }))
                  .filter((binding) => binding.keys.length > 0)
                  .map((binding) => (
                    <div key={binding.keys[0]}>
                      <dt>{binding.keys.map((key) => <Key key={key} name={key} />)}</dt>
                      <dd>{binding.label}</dd>
                    </div>
                  ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
