# Raw numbers of growth.sh -> a Markdown table of medians, a terabyte on paper, and a plot written to `svg`.
#
# A terabyte's time is the slope between the two largest sizes, carried on; its memory and disk likewise.

BEGIN { FS = "\t"; colour[1] = "#1f6f8b"; colour[2] = "#c8553d"; colour[3] = "#6a994e"; colour[4] = "#5e548e" }
FNR == 1 { next }
{
    gb = $1 + 0; memory = $2; key = memory SUBSEP gb
    if (!(memory in known_memory)) { known_memory[memory] = 1; memories[++memory_count] = memory }
    if (!(gb in known_size)) { known_size[gb] = 1; sizes[++size_count] = gb }
    n = ++runs[key]
    seconds[key, n] = $4 + 0; cpu[key, n] = $5 + 0; peak[key, n] = $6 + 0; disk[key, n] = $7 + 0; ratio[key, n] = $4 / $8
}

function median(values, key,    n, i, j, v, sorted) {
    n = runs[key]
    for (i = 1; i <= n; i++) {
        v = values[key, i]
        for (j = i - 1; j >= 1 && sorted[j] > v; j--) sorted[j + 1] = sorted[j]
        sorted[j + 1] = v
    }
    return sorted[int((n + 1) / 2)]
}

# A round upper end of an axis: the next half of the leading digit.
function ceiling_of(v,    unit) {
    unit = 1
    while (unit * 10 < v) unit *= 10
    while (unit > v && v > 0) unit /= 10
    return unit / 2 * (int(v / unit * 2) + 1)
}

function x_of(gb) { return 60 + 300 * (size_count < 2 ? 0.5 : log(gb / sizes[1]) / log(sizes[size_count] / sizes[1])) }

function panel(left, title, figures, top,    i, m, x, y, points, shown, limit) {
    limit = ceiling_of(top)
    printf "<g transform=\"translate(%d,0)\">\n<text x=\"210\" y=\"26\" text-anchor=\"middle\" font-weight=\"bold\">%s</text>\n", left, title > svg
    for (i = 0; i <= 4; i++) {
        y = 250 - i * 50
        printf "<path d=\"M50 %d H370\" stroke=\"#ddd\"/><text x=\"44\" y=\"%d\" text-anchor=\"end\">%g</text>\n", y, y + 4, limit * i / 4 > svg
    }
    for (i = 1; i <= size_count; i++)
        printf "<text x=\"%.1f\" y=\"270\" text-anchor=\"middle\">%g</text>\n", x_of(sizes[i]), sizes[i] > svg
    printf "<text x=\"210\" y=\"290\" text-anchor=\"middle\">GB of logs</text>\n" > svg
    for (m = 1; m <= memory_count; m++) {
        points = ""; shown = ""
        for (i = 1; i <= size_count; i++) {
            if (!((memories[m], sizes[i]) in runs)) continue
            x = x_of(sizes[i]); y = 250 - 200 * figures[memories[m], sizes[i]] / limit
            points = points sprintf("%.1f,%.1f ", x, y)
            shown = shown sprintf("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>", x, y, colour[m])
        }
        printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%s\n", points, colour[m], shown > svg
    }
    print "</g>" > svg
}

END {
    print "| GB | `--memory` | s | s per GB | CPU s per GB | peak MB | on disk MB | : openssl | runs |"
    print "|---:|---|---:|---:|---:|---:|---:|---:|---:|"
    for (i = 1; i <= size_count; i++) for (m = 1; m <= memory_count; m++) {
        key = memories[m] SUBSEP sizes[i]
        if (!(key in runs)) continue
        s = median(seconds, key); p = median(peak, key)
        per[key] = s / sizes[i]; peaks[key] = p; spilled[key] = median(disk, key); whole[key] = s
        if (per[key] > most) most = per[key]
        if (p > most_peak) most_peak = p
        printf "| %g | %s | %.1f | %.2f | %.2f | %d | %d | %.2f | %d |\n", sizes[i], memories[m], s, per[key],
            median(cpu, key) / sizes[i], p, spilled[key], median(ratio, key), runs[key]
    }
    print ""
    a = sizes[1]; b = sizes[size_count]
    for (m = 1; m <= memory_count; m++) {
        first = memories[m] SUBSEP a; last = memories[m] SUBSEP b
        if (!(first in runs) || !(last in runs) || size_count < 2) continue
        before = memories[m] SUBSEP sizes[size_count - 1]
        step = b - sizes[size_count - 1]
        printf "`--memory` %s: peak at %g GB : at %g GB = %.2f.", memories[m], b, a, peaks[last] / peaks[first]
        printf " A terabyte on paper: %.1f h, %.1f GB of memory, %.0f GB on disk.\n\n",
            (whole[last] + (1000 - b) * (whole[last] - whole[before]) / step) / 3600,
            (peaks[last] + (1000 - b) * (peaks[last] - peaks[before]) / step) / 1000,
            (spilled[last] + (1000 - b) * (spilled[last] - spilled[before]) / step) / 1000
    }
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 330\" font-family=\"sans-serif\" font-size=\"12\">" > svg
    print "<rect width=\"800\" height=\"330\" fill=\"#fff\"/>" > svg
    panel(0, "Seconds per GB", per, most)
    panel(400, "Peak memory, MB", peaks, most_peak)
    for (m = 1; m <= memory_count; m++)
        printf "<rect x=\"%d\" y=\"306\" width=\"14\" height=\"4\" fill=\"%s\"/><text x=\"%d\" y=\"312\">--memory %s</text>\n",
            60 + (m - 1) * 180, colour[m], 80 + (m - 1) * 180, memories[m] > svg
    print "</svg>" > svg
}
