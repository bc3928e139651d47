package scenario

import (
	"embed"
	"strings"
)

// gallery holds the scenarios that come with the program: one situation each, with what must come of it.
//
//house:table read, never written
//go:embed gallery/*.yaml
var gallery embed.FS

const (
	galleryDir = "gallery/"
	galleryExt = ".yaml"
)

// Gallery lists the names of the scenarios that come with the program, in order.
func Gallery() []string {
	entries, err := gallery.ReadDir(strings.TrimSuffix(galleryDir, "/"))
	if err != nil {
		return nil // the directory is part of the program
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), galleryExt))
	}
	return names
}

// GallerySource is the text of a scenario of the gallery; ok is false if there is none of that name.
func GallerySource(name string) (src []byte, ok bool) {
	src, err := gallery.ReadFile(galleryDir + name + galleryExt)
	return src, err == nil
}
