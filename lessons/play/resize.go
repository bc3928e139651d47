package play

// Resize says how many columns what comes next may use; a ladder that has begun keeps its own.
func (p *Player) Resize(width int) { p.o.Width = min(max(width, minWidth), maxWidth) }
