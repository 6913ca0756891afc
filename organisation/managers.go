package organisation

// levels returns for each row how many managers stand above it, and tells of those that manage themselves in a circle.
func (a *accountPlanner) levels() []int {
	above := map[string]string{} // manager by account, both by id
	for _, known := range a.state.Accounts {
		above[known.ID] = known.Manager
	}
	for _, after := range a.afterward {
		above[after.ID] = after.Manager
	}
	level, circle := map[string]int{}, map[string]bool{}
	levels := make([]int, len(a.afterward))
	for i, after := range a.afterward {
		climb(after.ID, above, level, circle)
		levels[i] = level[after.ID]
		if circle[after.ID] {
			a.refuse(i, "manager", errOwnManager)
		}
	}
	return levels
}

// climb follows the managers until one whose level is known, and comes back with the levels of all on the way. Everybody
// is climbed from once.
func climb(from string, above map[string]string, level map[string]int, circle map[string]bool) {
	var way []string
	met := map[string]int{}
	at := from
	for at != "" {
		if _, known := level[at]; known {
			break
		}
		if first, again := met[at]; again {
			for _, one := range way[first:] {
				circle[one] = true
			}
			break
		}
		met[at] = len(way)
		way = append(way, at)
		at = above[at]
	}
	next := 0
	if known, ok := level[at]; ok {
		next = known + 1
	}
	for i := len(way) - 1; i >= 0; i-- {
		level[way[i]] = next
		next++
	}
}
