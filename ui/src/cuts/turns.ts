/** Who may begin: no more than so many at a time, urgent ones first, and of the others who asked last. */
interface Asked {
  start: () => void;
  urgent: boolean;
}

export class Turns {
  private waiting: Asked[] = [];
  private running = 0;

  constructor(private readonly most: number) {}

  /** `start` is called now or later. What comes back says that it is done, or not wanted any more. */
  ask(start: () => void, urgent = false): () => void {
    const asked: Asked = { start, urgent };
    this.waiting.push(asked);
    let isOver = false;
    this.next();
    return () => {
      if (isOver) return;
      isOver = true;
      const place = this.waiting.indexOf(asked);
      if (place >= 0) this.waiting.splice(place, 1);
      else this.running -= 1;
      this.next();
    };
  }

  private next(): void {
    while (this.running < this.most && this.waiting.length > 0) {
      const place = this.waiting.findLastIndex((each) => each.urgent);
      const [first] = this.waiting.splice(place >= 0 ? place : this.waiting.length - 1, 1);
      this.running += 1;
      first!.start();
    }
  }
}
