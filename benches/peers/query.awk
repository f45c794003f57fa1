# The query of query.py for combined and for JSON lines, in plain awk. Sorting is left to run.sh.

/\/contacts\// {
    if (substr($0, 1, 1) == "{") {
        n = split($0, cell, "\"")
        for (i = 2; i < n; i++) {
            if (cell[i] == "account") account = cell[i + 2]
            else if (cell[i] == "uri") target = cell[i + 2]
            else if (cell[i] == "status") status = substr(cell[i + 1], 2, 3)
        }
    } else { account = $3; target = $7; status = $9 }
    if (status != 200 || length(account) < 2 || split(target, part, "/") < 7) next
    contact = part[7] + 0
    if (int(contact / 100000) != int(substr(account, 2) / 5000) && !((account, contact) in seen)) {
        seen[account, contact] = 1
        count[account]++
    }
}

END { for (account in count) print account, count[account] }
