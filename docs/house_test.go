package docs

import (
	"bufio"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
)

const module = "github.com/smtpsim/smtpsim/"

type pkg struct {
	ImportPath, Dir                                   string
	Imports, TestImports, XTestImports                []string
	GoFiles, TestGoFiles, XTestGoFiles, EmbedPatterns []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,TestImports,XTestImports,GoFiles,TestGoFiles,XTestGoFiles", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func room(importPath string) string { return strings.TrimPrefix(importPath, module) }

// TestEdges holds the floors: a room imports only what its line allows.
func TestEdges(t *testing.T) {
	allowed, tests := edges(), testEdges()
	for _, p := range packages(t) {
		r := room(p.ImportPath)
		if r == "docs" {
			continue
		}
		line, ok := allowed[r]
		if !ok {
			t.Errorf("%s: a room that docs/house_test.go does not know; list it with its edges", r)
			continue
		}
		may := strings.Fields(line)
		used := map[string]bool{}
		for _, imp := range p.Imports {
			checkThirdParty(t, r, imp)
			if in, own := strings.CutPrefix(imp, module); own {
				used[in] = true
				if !slices.Contains(may, in) {
					t.Errorf("%s imports %s: not among its edges (%s)", r, in, line)
				}
			}
		}
		for _, m := range may {
			if !used[m] {
				t.Errorf("%s does not import %s any more: take the edge away", r, m)
			}
		}
		may = append(may, strings.Fields(tests[r])...)
		for _, imp := range append(p.TestImports, p.XTestImports...) {
			if in, own := strings.CutPrefix(imp, module); own && in != r && !slices.Contains(may, in) {
				t.Errorf("tests of %s import %s: not among its edges", r, in)
			}
		}
	}
}

func checkThirdParty(t *testing.T, r, imp string) {
	t.Helper()
	for lib, owner := range only() {
		if (imp == lib || strings.HasPrefix(imp, lib+"/")) && r != owner {
			t.Errorf("%s imports %s: only %s may", r, imp, owner)
		}
	}
	if why, bad := forbidden()[imp]; bad {
		reason, except, _ := strings.Cut(why, ":")
		if !slices.Contains(strings.Fields(except), r) {
			t.Errorf("%s imports %s: %s", r, imp, reason)
		}
	}
	if strings.HasPrefix(r, "trace") && strings.HasPrefix(imp, module+"sim") {
		t.Errorf("%s imports %s: trace never imports sim", r, imp)
	}
}

// TestNoCycleOfFloors holds that every edge points down: the edges have a topological order.
func TestNoCycleOfFloors(t *testing.T) {
	allowed := edges()
	depth := map[string]int{}
	var visit func(r string, path []string) int
	visit = func(r string, path []string) int {
		if slices.Contains(path, r) {
			t.Fatalf("edges go round: %v", append(path, r))
		}
		if d, ok := depth[r]; ok {
			return d
		}
		d := 0
		for _, to := range strings.Fields(allowed[r]) {
			d = max(d, 1+visit(to, append(path, r)))
		}
		depth[r] = d
		return d
	}
	for r := range allowed {
		visit(r, nil)
	}
}

// mayUseClock lists the rooms where goroutines and the wall clock live (ARCHITECTURE.md), with the reason.
func mayUseClock() map[string]string {
	return map[string]string{
		"sim/realnet":   "the operating system's own time and sockets",
		"sim/bridge":    "couples virtual time to the wall clock",
		"trace/capture": "workers over shards",
		"trace/analyze": "workers over shards",
		"cmd/smtpsim":   "signals, progress, the terminal",
	}
}

// mayStart lists the files that may start goroutines although their room may not.
func mayStart() map[string]string {
	return map[string]string{
		"sim/conform/tag.go":    "a test that must fail ends with Goexit, joined before the call returns",
		"sim/reader.go":         "the ordered sink: reads the wire beside the world, in order, joined before each call returns",
		"sim/vnet/mechanism.go": "the channel back-end: a goroutine that runs only while the kernel waits for it",
		"sim/vnet/process.go":   "the end of a coroutine that goes on with Goexit, joined before Close returns",
	}
}

// TestNoWallClock holds determinism: no goroutine, wall clock or package-level state outside the listed rooms.
func TestNoWallClock(t *testing.T) {
	clock, start := mayUseClock(), mayStart()
	eachSource(t, func(name string, f *ast.File, fset *token.FileSet) {
		r := path.Dir(name)
		_, free := clock[r]
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				if _, ok := start[name]; !free && !ok {
					t.Errorf("%s: a goroutine starts in %s", fset.Position(n.Pos()), r)
				}
			case *ast.SelectorExpr:
				id, ok := n.X.(*ast.Ident)
				if ok && id.Name == "time" && id.Obj == nil && !free &&
					slices.Contains([]string{"Now", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Since", "Until"}, n.Sel.Name) {
					t.Errorf("%s: time.%s in %s: take the clock from host", fset.Position(n.Pos()), n.Sel.Name, r)
				}
			}
			return true
		})
	})
}

// mayRecover lists the only files that may catch a panic, with the reason.
func mayRecover() map[string]string {
	return map[string]string{
		"cmd/smtpsim/main.go": "a defect becomes one line instead of a stack",
		"sim/vnet/process.go": "a panic in a process is raised again in the kernel, with host, time and stack",
	}
}

// TestNoRecover holds that nothing hides a defect.
func TestNoRecover(t *testing.T) {
	may := mayRecover()
	eachSource(t, func(name string, f *ast.File, fset *token.FileSet) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "recover" && may[name] == "" {
				t.Errorf("%s: recover hides defects", fset.Position(n.Pos()))
			}
			return true
		})
	})
}

// TestNoGlobalRandomness holds that math/rand/v2 is used through a source of one's own, never by its global functions.
func TestNoGlobalRandomness(t *testing.T) {
	own := []string{"New", "NewPCG", "NewChaCha8", "Rand", "PCG", "ChaCha8", "Source"}
	eachSource(t, func(name string, f *ast.File, fset *token.FileSet) {
		local := ""
		for _, imp := range f.Imports {
			if imp.Path.Value == `"math/rand/v2"` {
				if local = "rand"; imp.Name != nil {
					local = imp.Name.Name
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || local == "" {
				return true
			}
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == local && !slices.Contains(own, sel.Sel.Name) {
				t.Errorf("%s: rand.%s draws from everybody's stream; use host.Rand", fset.Position(n.Pos()), sel.Sel.Name)
			}
			return true
		})
	})
}

// TestNoGlobals holds that packages have no mutable state and no init.
func TestNoGlobals(t *testing.T) {
	eachSource(t, func(name string, f *ast.File, fset *token.FileSet) {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "init" && d.Recv == nil {
					t.Errorf("%s: init registers in secret; call it", fset.Position(d.Pos()))
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					checkVar(t, d, fset)
				}
			}
		}
	})
}

// checkVar allows embedded files, errors.New, interface checks (var _ I = T{}) and lines that say why: //house:table.
func checkVar(t *testing.T, d *ast.GenDecl, fset *token.FileSet) {
	t.Helper()
	if d.Doc != nil {
		for _, c := range d.Doc.List {
			if strings.HasPrefix(c.Text, "//go:embed") || strings.HasPrefix(c.Text, "//house:table ") {
				return
			}
		}
	}
	for _, s := range d.Specs {
		v := s.(*ast.ValueSpec)
		if v.Doc != nil && strings.Contains(v.Doc.List[len(v.Doc.List)-1].Text, "//go:embed") {
			continue
		}
		for i, id := range v.Names {
			if id.Name == "_" || i < len(v.Values) && isErrorsNew(v.Values[i]) {
				continue
			}
			t.Errorf("%s: package-level variable %s; pass it in, or say //house:table why it never changes", fset.Position(id.Pos()), id.Name)
		}
	}
}

func isErrorsNew(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "New" && sel.X.(*ast.Ident).Name == "errors"
}

// TestSizes holds functions to 70 lines and files to 400; //house:long reason excuses at most five functions.
func TestSizes(t *testing.T) {
	excused := 0
	eachSource(t, func(name string, f *ast.File, fset *token.FileSet) {
		if n := fset.Position(f.End()).Line; n > 400 {
			t.Errorf("%s: %d lines, more than 400", name, n)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; n > 70 {
				if fn.Doc != nil && strings.Contains(fn.Doc.Text(), "house:long") || hasDirective(fn.Doc, "//house:long ") {
					excused++
					continue
				}
				t.Errorf("%s: %s has %d lines, more than 70", name, fn.Name.Name, n)
			}
		}
	})
	if excused > 5 {
		t.Errorf("%d functions are excused by //house:long, at most 5 may be", excused)
	}
}

func hasDirective(g *ast.CommentGroup, prefix string) bool {
	return g != nil && slices.ContainsFunc(g.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, prefix) })
}

// TestTopLevel holds the list of top-level entries.
func TestTopLevel(t *testing.T) {
	want := []string{"README.md", "captures", "cmd", "codes", "docs", "go.mod", "go.sum", "lessons", "sim", "trace"}
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(e.Name(), "smtpsim") {
			got = append(got, e.Name())
		}
	}
	sort.Strings(got)
	if !slices.Equal(got, want) {
		t.Errorf("top-level entries %v, want %v", got, want)
	}
}

// eachSource calls f for each Go file that is not a test.
func eachSource(t *testing.T, f func(name string, file *ast.File, fset *token.FileSet)) {
	t.Helper()
	fset := token.NewFileSet()
	err := filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != ".." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(fset, p, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f(filepath.ToSlash(strings.TrimPrefix(p, ".."+string(filepath.Separator))), file, fset)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPackageDocs holds that every room's doc is one sentence, numbered steps and its floor.
func TestPackageDocs(t *testing.T) {
	for _, p := range packages(t) {
		r := room(p.ImportPath)
		if r == "docs" || len(p.GoFiles) == 0 {
			continue
		}
		doc := ""
		for _, name := range p.GoFiles {
			f, err := os.Open(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for sc := bufio.NewScanner(f); sc.Scan(); {
				if strings.HasPrefix(sc.Text(), "package ") {
					break
				}
				doc += sc.Text() + "\n"
			}
			f.Close()
		}
		for _, want := range []string{"// Package ", "1. ", "Floor "} {
			if want == "// Package " && r == "cmd/smtpsim" {
				want = "// Command smtpsim"
			}
			if !strings.Contains(doc, want) {
				t.Errorf("%s: package doc without %q", r, strings.TrimSpace(want))
			}
		}
	}
}
