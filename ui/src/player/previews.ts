/** Which small picture shows a place, and where it stands on its sheet. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { videosServer, type ClipName, type Previews } from "../api/videos";

export interface Cell {
  /** Of the film. */
  frame: number;
  /** Of its upper left corner on the sheet, in pixels. */
  x: number;
  y: number;
}

/** The last picture at or before the film's frame; the first one where there is none. */
export function cellOf(previews: Previews, frame: number): Cell {
  let low = 0;
  let high = previews.frames.length - 1;
  while (low < high) {
    const half = (low + high + 1) >> 1;
    if (previews.frames[half]! <= frame) low = half;
    else high = half - 1;
  }
  return {
    frame: previews.frames[low]!, x: (low % previews.columns) * previews.width, y: Math.floor(low / previews.columns) * previews.height,
  };
}

export interface Sheet {
  previews: Previews;
  picture: string;
}

/** The sheet of these frames of the film (half open), once it was wanted and is here; null until then, or for ever. */
export function useSheet(hash: string, clip: ClipName | undefined, start: number, end: number, wanted: boolean): Sheet | null {
  const { data } = useQuery({
    queryKey: ["previews", hash, clip?.campaign ?? null, clip?.clip ?? null],
    queryFn: () => videosServer.previews(hash, clip),
    enabled: wanted,
    staleTime: Infinity,
    retry: false,
  });
  const fits = data?.picture && data.frames.length > 0 && data.start_frame === start && data.end_frame === end;
  const picture = fits ? data.picture : null;
  const [loaded, setLoaded] = useState<string | null>(null);
  useEffect(() => {
    if (!picture) return;
    let gone = false;
    const image = new Image();
    image.src = picture;
    image.decode().then(() => gone || setLoaded(picture), () => {});
    return () => {
      gone = true;
    };
  }, [picture]);
  return fits && picture && loaded === picture ? { previews: data, picture } : null;
}
