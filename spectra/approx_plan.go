package spectra

import (
	"cmp"
	"slices"
)

// PlanItem is a matrix that may be kept at any rank, in two factors, or whole.
type PlanItem struct {
	*Spectrum
	// Weight multiplies its squared errors ‖W − W_k‖_F²; 0 stands for 1, with which the sum is the squared distance of the two
	// models. With 1/‖W‖_F² every matrix would count alike.
	Weight float64
}

// PlanChoice is what a plan does with an item.
type PlanChoice struct {
	Rank  int
	Dense bool // kept whole, for rows·cols numbers, at no error
	Cost  int64
	Error float64 // weighted and squared
}

// Plan is a choice for each item, in their order.
type Plan struct {
	Choices []PlanChoice
	Cost    int64   // numbers kept, at most the budget
	Error   float64 // Σ of weighted squared errors
	// Gap bounds how far Error may be over the least possible for the budget: no plan has less than Error − Gap. It is 0 where
	// the budget is a breakpoint of the greedy path.
	Gap float64
}

// PlanRanks spends a budget of numbers on the items, k·(rows + cols) for rank k or rows·cols for all of a matrix, so that the sum
// of weighted squared errors is small.
//
// Each item's errors against its costs, with the whole matrix as the last point, are replaced by their lower convex hull; its
// edges, of all items together, are bought by the error they take away for each number (Fox 1966). The plan after each edge is
// optimal for what it costs (Everett 1963): any other of that cost is under the same tangent. A budget between two such costs is
// filled with single ranks, or whole matrices, by the same measure, and Gap says what the tangent leaves open. Ranks from
// BreakEven to the whole matrix are on no hull: nothing is gained by them.
//
// Ties go to the item that stands first.
func PlanRanks(items []PlanItem, budget int64) *Plan {
	p := &planner{left: budget, at: make([]int, len(items))}
	var steps []step
	for i, item := range items {
		curve := item.curve()
		p.curves = append(p.curves, curve)
		steps = append(steps, hull(i, curve)...)
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(b.gain, a.gain) })
	var open float64
	for _, s := range steps {
		if s.cost > p.left {
			open = s.gain * float64(p.left)
			break
		}
		p.take(s)
	}
	least := p.error() - open
	p.fill()
	plan := p.plan()
	plan.Gap = max(0, plan.Error-least)
	return plan
}

// point is what an item can be: at a cost, an error.
type point struct {
	rank  int
	dense bool
	cost  int64
	error float64
}

// curve lists what an item can be, ascending in cost. Values under the floor are rounding, which nothing is spent on.
func (item PlanItem) curve() []point {
	r := int(item.countAbove(item.Floor.Level()))
	tail := item.tails()
	scale := 0.0
	if r > 0 {
		scale = cmp.Or(item.Weight, 1) * item.Sigma[0] * item.Sigma[0]
	}
	var all []point
	for k := 0; k <= min(r, BreakEven(item.Rows, item.Cols)); k++ {
		all = append(all, point{rank: k, cost: int64(k) * int64(item.Rows+item.Cols), error: tail[k] * scale})
	}
	if all[len(all)-1].rank < r {
		all = append(all, point{rank: len(item.Sigma), dense: true, cost: int64(item.Rows) * int64(item.Cols)})
	}
	return all
}

// step goes from one point of an item's curve to another.
type step struct {
	item, to int
	cost     int64
	gain     float64 // error taken away for each number
}

// between returns the step from point a to b of an item's curve.
func between(item int, curve []point, a, b int) step {
	cost := curve[b].cost - curve[a].cost
	return step{item, b, cost, (curve[a].error - curve[b].error) / float64(cost)}
}

// hull returns the edges of a curve's lower convex hull, whose gains do not ascend; points on an edge divide it.
func hull(item int, curve []point) []step {
	kept := []int{0}
	for j := 1; j < len(curve); j++ {
		for n := len(kept); n > 1; n-- {
			if between(item, curve, kept[n-1], j).gain <= between(item, curve, kept[n-2], kept[n-1]).gain {
				break
			}
			kept = kept[:n-1]
		}
		kept = append(kept, j)
	}
	var edges []step
	for i := 1; i < len(kept); i++ {
		if s := between(item, curve, kept[i-1], kept[i]); s.gain > 0 { // nothing is bought that takes no error away
			edges = append(edges, s)
		}
	}
	return edges
}

type planner struct {
	curves [][]point
	at     []int // the point of each item
	left   int64
}

func (p *planner) take(s step) {
	p.at[s.item] = s.to
	p.left -= s.cost
}

// fill takes the best step that can still be paid until there is none.
func (p *planner) fill() {
	for {
		best := step{gain: 0}
		for i, curve := range p.curves {
			last := len(curve) - 1
			for _, to := range []int{p.at[i] + 1, last} {
				if to > last || to <= p.at[i] {
					continue
				}
				if s := between(i, curve, p.at[i], to); s.cost <= p.left && s.gain > best.gain {
					best = s
				}
			}
		}
		if best.gain == 0 {
			return
		}
		p.take(best)
	}
}

func (p *planner) error() float64 {
	var sum float64
	for i, curve := range p.curves {
		sum += curve[p.at[i]].error
	}
	return sum
}

func (p *planner) plan() *Plan {
	plan := &Plan{Error: p.error()}
	for i, curve := range p.curves {
		c := curve[p.at[i]]
		plan.Choices = append(plan.Choices, PlanChoice{Rank: c.rank, Dense: c.dense, Cost: c.cost, Error: c.error})
		plan.Cost += c.cost
	}
	return plan
}
