// Package docs holds the explanations and the test that keeps the house as docs/ARCHITECTURE.md draws it.
package docs
