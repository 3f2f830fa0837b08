package sandbox

import (
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
)

// showImage is an image for posts: every address below /_sandbox/images/ has it.
func showImage(w http.ResponseWriter, _ *http.Request) {
	picture := image.NewRGBA(image.Rect(0, 0, 640, 400))
	for y := range 400 {
		for x := range 640 {
			picture.Set(x, y, color.RGBA{R: uint8(x / 3), G: uint8(y / 2), B: 160, A: 255})
		}
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_ = jpeg.Encode(w, picture, nil)
}
